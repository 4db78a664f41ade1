"use strict";
(() => {
  const byId = (id) => document.getElementById(id);

  // Print everything that is folded away.
  addEventListener("beforeprint", () => {
    for (const fold of document.querySelectorAll("details")) fold.open = true;
  });

  // Text enters the page only through here, so nothing a model wrote can become markup.
  const make = (tag, options = {}, ...children) => {
    const node = document.createElement(tag);
    for (const [key, value] of Object.entries(options)) {
      if (key === "class") node.className = value;
      else if (key === "text") node.textContent = value;
      else node.setAttribute(key, value);
    }
    node.append(...children);
    return node;
  };

  const source = byId("sample-data");
  if (!source || typeof DecompressionStream === "undefined") return;

  const open = async () => {
    const bytes = Uint8Array.from(atob(source.textContent), (c) => c.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
    return JSON.parse(await new Response(stream).text());
  };

  const right = (answer) => answer.s !== null && answer.s >= 0.5;
  const scoreText = (score) => (score === null ? "not scored" : (100 * score).toFixed(1));

  const start = (data) => {
    const several = data.suites.length > 1;
    let shown = [];
    let current = null;

    const options = (select, entries) => {
      select.replaceChildren(...entries.map(([value, text]) => make("option", { value, text })));
    };
    const suiteOf = (item) => data.suites[item.s];
    const answerOf = (item, arm) => item.r.find((a) => suiteOf(item).arms[a.a] === arm);
    const key = (item) => (several ? suiteOf(item).name + "/" : "") + item.i;

    const arms = [...new Set(data.suites.flatMap((suite) => suite.arms))];
    const slices = [...new Set(data.items.map((item) => item.l))].filter((slice) => slice);
    options(byId("f-suite"), [["", "all"], ...data.suites.map((s, i) => [String(i), s.name])]);
    options(byId("f-slice"), [["", "all"], ...slices.map((s) => [s, s])]);
    for (const id of ["f-right", "f-wrong"]) {
      options(byId(id), [["", "any"], ...arms.map((arm) => [arm, arm])]);
    }
    options(byId("f-cause"), [["", "any"], ...data.causes.map((name, i) => [String(i), name]).slice(1)]);
    byId("f-suite").parentElement.hidden = !several;
    byId("f-slice").parentElement.hidden = slices.length < 2;

    const holds = (item, wanted, test) => {
      if (!wanted) return true;
      const answer = answerOf(item, wanted);
      return answer !== undefined && answer.s !== null && test(answer);
    };
    const matches = (item) => {
      const suite = byId("f-suite").value, slice = byId("f-slice").value;
      const text = byId("f-text").value.trim().toLowerCase();
      if (suite && String(item.s) !== suite) return false;
      if (slice && item.l !== slice) return false;
      if (!holds(item, byId("f-right").value, right)) return false;
      if (!holds(item, byId("f-wrong").value, (a) => !right(a))) return false;
      const cause = byId("f-cause").value;
      if (cause && !item.r.some((a) => String(a.y) === cause)) return false;
      if (!text) return true;
      const all = [item.i, item.q, ...item.t, ...item.r.map((a) => a.o)];
      return all.some((part) => part.toLowerCase().includes(text));
    };

    // The output with the accepted answers marked.
    const marked = (output, targets) => {
      const box = make("pre", { class: "out", dir: "auto", tabindex: "0" });
      const lower = output.toLowerCase();
      const aligned = lower.length === output.length;
      const found = targets
        .filter((t) => aligned && t.trim())
        .map((t) => [lower.indexOf(t.toLowerCase()), t.length])
        .filter(([at]) => at >= 0)
        .sort((a, b) => a[0] - b[0] || b[1] - a[1])[0];
      if (!found) {
        box.textContent = output === "" ? "(empty)" : output;
        return box;
      }
      const [at, length] = found;
      box.append(output.slice(0, at), make("mark", { text: output.slice(at, at + length) }),
                 output.slice(at + length));
      return box;
    };

    const fold = (summary, ...children) =>
      make("details", {}, make("summary", { text: summary }), ...children);

    const passageFold = (answer) => {
      const list = make("div");
      for (const [text, doc, score, relevant, inPrompt] of answer.r) {
        const facts = [doc, "score " + (score === null ? "n/a" : score.toFixed(3)),
                       relevant ? "relevant" : "not relevant",
                       inPrompt ? "in the prompt" : "left out"];
        list.append(make("p", { class: "small", text: facts.join(" · ") }),
                    make("pre", { dir: "auto", tabindex: "0", text: data.texts[text] }));
      }
      return fold("Passages (" + answer.r.length + ")", list);
    };

    const answerCard = (item, answer) => {
      const outcome = answer.s === null ? "" : right(answer) ? " right" : " wrong";
      const facts = [answer.t[0] + " + " + answer.t[1] + " tokens", "stopped by " + answer.z];
      if (answer.n !== null) facts.push("text of seed " + answer.n);
      if (answer.c) facts.push("prompt cut to fit");
      if (answer.d !== null) facts.push(answer.d ? "gold text delivered" : "gold text not delivered");
      const card = make("article", { class: "answer" + outcome },
        make("h4", { text: suiteOf(item).arms[answer.a] }),
        make("p", { class: "small", text: [...(answer.y ? [data.causes[answer.y]] : []), scoreText(answer.s)].join(" · ") }),
        answer.e ? make("p", { class: "error", text: answer.e }) : marked(answer.o, item.t),
        make("p", { class: "small", text: facts.join(" · ") }),
        fold("Prompt", make("pre", { dir: "auto", tabindex: "0", text: data.texts[answer.p] })));
      if (answer.r.length) card.append(passageFold(answer));
      return card;
    };

    const step = (text, by) => {
      const button = make("button", { type: "button", text });
      const next = shown[shown.indexOf(current) + by];
      button.disabled = !next;
      button.addEventListener("click", () => show(next, true));
      return button;
    };

    const show = (item, byUser) => {
      current = item;
      const facts = ["metric " + suiteOf(item).metric];
      if (item.c) facts.push("cluster " + item.c);
      if (item.l) facts.push("slice " + item.l);
      if (item.u) facts.push("nothing in the suite answers it");
      byId("item").replaceChildren(
        make("div", { class: "steps" }, step("← Previous", -1), step("Next →", 1),
             make("a", { href: "#item=" + encodeURIComponent(key(item)), text: "Link to " + key(item) })),
        make("p", { class: "finding", dir: "auto", text: item.q }),
        make("p", { class: "small", text: facts.join(" · ") }),
        make("p", { dir: "auto", text: "Accepted: " + (item.t.join(" | ") || "(none)") }),
        make("div", { class: "answers" }, ...item.r.map((answer) => answerCard(item, answer))));
      for (const button of byId("items").querySelectorAll("button")) {
        const chosen = button.dataset.key === key(item);
        if (chosen) {
          button.setAttribute("aria-current", "true");
          if (byUser) button.scrollIntoView({ block: "nearest" });
        } else {
          button.removeAttribute("aria-current");
        }
      }
      if (byUser) history.replaceState(null, "", "#item=" + encodeURIComponent(key(item)));
    };

    const entry = (item) => {
      const dots = item.r.map((a) => (a.s === null ? "–" : right(a) ? "●" : "○")).join("");
      const rights = item.r.filter(right).length;
      const button = make("button", { type: "button", "data-key": key(item) },
        document.createTextNode(key(item)),
        make("span", { class: "dots", text: dots, role: "img",
                       "aria-label": rights + " of " + item.r.length + " right" }));
      button.addEventListener("click", () => show(item, true));
      return make("li", {}, button);
    };

    const refresh = () => {
      shown = data.items.filter(matches);
      byId("items").replaceChildren(...shown.map(entry));
      byId("count").textContent = shown.length + " of " + data.items.length +
        " items · ● right ○ wrong, one a strategy";
      if (shown.length === 0) byId("item").replaceChildren(make("p", { text: "No item fits these filters." }));
      else show(shown.includes(current) ? current : shown[0], false);
    };

    const follow = () => {
      if (!location.hash.startsWith("#item=")) return;
      let wanted = location.hash.slice(6);
      try { wanted = decodeURIComponent(wanted); } catch { return; }
      const item = data.items.find((one) => key(one) === wanted || one.i === wanted);
      if (!item) return;
      if (!shown.includes(item)) {
        for (const id of ["f-suite", "f-slice", "f-right", "f-wrong", "f-cause", "f-text"]) byId(id).value = "";
        refresh();
      }
      show(item, true);
      byId("samples").scrollIntoView();
    };

    byId("items").addEventListener("keydown", (event) => {
      const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      const next = by && shown[shown.indexOf(current) + by];
      if (!next) return;
      event.preventDefault();
      show(next, true);
      byId("items").querySelector("[aria-current]").focus();
    });
    for (const id of ["f-suite", "f-slice", "f-right", "f-wrong", "f-cause"]) byId(id).addEventListener("change", refresh);
    byId("f-text").addEventListener("input", refresh);
    addEventListener("hashchange", follow);
    byId("filters").hidden = byId("browser").hidden = false;
    byId("no-browser").hidden = true;
    refresh();
    follow();
  };

  open().then(start).catch((error) => {
    byId("no-browser").textContent = "The samples could not be opened: " + error.message;
  });
})();
