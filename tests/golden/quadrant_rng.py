"""harness/core/rng.h in Python: xoshiro256** seeded by splitmix64, streams named by FNV-1a."""

import numpy as np

MASK = (1 << 64) - 1


def splitmix64(state):
    state = (state + 0x9E3779B97F4A7C15) & MASK
    z = state
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
    return state, z ^ (z >> 31)


def fnv1a(text):
    value = 0xCBF29CE484222325
    for byte in text.encode():
        value = ((value ^ byte) * 0x100000001B3) & MASK
    return value


def rotate_left(value, bits):
    return ((value << bits) | (value >> (64 - bits))) & MASK


class Rng:
    def __init__(self, seed, stream):
        state = seed ^ fnv1a(stream)
        self.words = []
        for _ in range(4):
            state, word = splitmix64(state)
            self.words.append(word)

    def next(self):
        a, b, c, d = self.words
        result = (rotate_left((b * 5) & MASK, 7) * 9) & MASK
        c ^= a
        d ^= b
        self.words = [a ^ d, b ^ c, c ^ ((b << 17) & MASK), rotate_left(d, 45)]
        return result

    def below(self, bound):
        reject = (1 << 64) % bound
        value = self.next()
        while value < reject:
            value = self.next()
        return value % bound

    def uniform(self):
        return (self.next() >> 11) * 2.0**-53

    def shuffle(self, values):
        for i in range(len(values), 1, -1):
            j = self.below(i)
            values[i - 1], values[j] = values[j], values[i - 1]


def lora_start(module, rank, width, seed=0):
    """A of one module, [rank, width]: uniform in +-1/sqrt(width), drawn row by row in double."""
    rng = Rng(seed, "lora:" + module)
    draws = [(2.0 * rng.uniform() - 1.0) / np.sqrt(width) for _ in range(rank * width)]
    return np.array(draws, dtype=np.float64).reshape(rank, width).astype(np.float32)


def start_lora(model, seed):
    """Sets the A of every adapter of a PEFT model."""
    import torch

    with torch.no_grad():
        for name, weight in model.named_parameters():
            if ".lora_A." in name:
                module = name.removeprefix("base_model.model.").split(".lora_A.")[0]
                weight.copy_(torch.from_numpy(lora_start(module, *weight.shape, seed=seed)))
