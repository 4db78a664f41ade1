"""The llama.cpp half of engine.py: generation by llama-cpp-python on an F32 GGUF, same protocol.

Run: python engine_llama_cpp.py MODEL.gguf THREADS. The file is de-quantised once, beside the temporary
files: quantised kernels would be another function. Prompts that begin alike keep one copy of it, as
llama.cpp's own batched example does; the peer decides the rest (flash attention "auto").
"""

import json
import os
import pathlib
import resource
import sys
import tempfile
import time

import gguf
import llama_cpp
import numpy as np
from gguf.quants import dequantize


def f32_copy(path):
    target = pathlib.Path(tempfile.gettempdir()) / f"{path.stem}.F32.gguf"
    if target.exists():
        return target
    reader = gguf.GGUFReader(path)
    architecture = reader.fields["general.architecture"].contents()
    partial = target.with_suffix(".partial")
    writer = gguf.GGUFWriter(partial, architecture)
    for name, field in reader.fields.items():
        if name.startswith("GGUF.") or name in ("general.architecture", "general.file_type"):
            continue
        kind = field.types[0]
        inner = field.types[-1] if kind == gguf.GGUFValueType.ARRAY else None
        writer.add_key_value(name, field.contents(), kind, inner)
    writer.add_file_type(gguf.LlamaFileType.ALL_F32)
    for tensor in reader.tensors:
        values = dequantize(tensor.data, tensor.tensor_type).astype(np.float32)
        writer.add_tensor(tensor.name, values)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    os.replace(partial, target)
    return target


class Batch:
    """Tokens to decode together; `ask` marks those whose logits are wanted."""

    def __init__(self, size):
        self.batch = llama_cpp.llama_batch_init(size, 0, 1)

    def decode(self, context, entries):
        batch = self.batch
        batch.n_tokens = len(entries)
        for i, (token, position, row, ask) in enumerate(entries):
            batch.token[i], batch.pos[i] = token, position
            batch.n_seq_id[i], batch.seq_id[i][0], batch.logits[i] = 1, row, ask
        if llama_cpp.llama_decode(context, batch):
            raise SystemExit("llama_decode failed")


def common_prefix(sequences):
    """Of all but their last tokens; 0 for a single one, which shares with nobody."""
    if len(sequences) == 1:
        return 0
    length = 0
    while length < min(map(len, sequences)) - 1 and len({s[length] for s in sequences}) == 1:
        length += 1
    return length


@llama_cpp.llama_log_callback
def silence(level, text, data):
    pass


class Model:
    def __init__(self, path, threads):
        llama_cpp.llama_log_set(silence, None)
        llama_cpp.llama_backend_init()
        self.model = llama_cpp.llama_model_load_from_file(
            str(path).encode(), llama_cpp.llama_model_default_params()
        )
        self.words = llama_cpp.llama_vocab_n_tokens(llama_cpp.llama_model_get_vocab(self.model))
        self.threads = threads

    def context(self, tokens, rows):
        settings = llama_cpp.llama_context_default_params()
        settings.n_ctx = tokens
        settings.n_batch, settings.n_ubatch = 2048, 512
        settings.n_seq_max = rows
        settings.n_threads = settings.n_threads_batch = self.threads
        settings.kv_unified = True
        return llama_cpp.llama_init_from_model(self.model, settings)

    def best(self, context, place):
        logits = llama_cpp.llama_get_logits_ith(context, place)
        return int(np.argmax(np.ctypeslib.as_array(logits, (self.words,))))

    def generate(self, prompts, new_tokens):
        prefix, rows = common_prefix(prompts), len(prompts)
        entries = [(t, i, 0, False) for i, t in enumerate(prompts[0][:prefix])]
        room = prefix + sum(len(p) - prefix + new_tokens for p in prompts)
        context, batch = self.context(room + 256, rows), Batch(2048)
        memory = llama_cpp.llama_get_memory(context)
        for at in range(0, len(entries), 2048):
            batch.decode(context, entries[at : at + 2048])
        for row in range(1, rows if prefix else 1):
            llama_cpp.llama_memory_seq_cp(memory, 0, row, 0, prefix)
        answers = [[] for _ in prompts]
        pending = []
        for row, prompt in enumerate(prompts):
            rest = [(prompt[i], i, row, i == len(prompt) - 1) for i in range(prefix, len(prompt))]
            if len(pending) + len(rest) > 2048:
                self.take(context, batch, pending, answers)
                pending = []
            pending += rest
        self.take(context, batch, pending, answers)
        for step in range(new_tokens - 1):
            places = [(a[-1], len(p) + step, row, True) for row, (p, a) in enumerate(zip(prompts, answers))]
            self.take(context, batch, places, answers)
        llama_cpp.llama_free(context)
        return answers

    def take(self, context, batch, entries, answers):
        batch.decode(context, entries)
        for i, (_, _, row, ask) in enumerate(entries):
            if ask:
                answers[row].append(self.best(context, i))


def main():
    model = Model(f32_copy(pathlib.Path(sys.argv[1])), int(sys.argv[2]))
    for line in sys.stdin:
        task = json.loads(line)
        start = time.perf_counter()
        model.generate(task["sequences"], task["new_tokens"])
        seconds = time.perf_counter() - start
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(json.dumps({"seconds": seconds, "peak_mb": peak}), flush=True)


if __name__ == "__main__":
    main()
