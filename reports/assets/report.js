"use strict";
(() => {
  const byId = (id) => document.getElementById(id);
  const korean = document.documentElement.lang === "ko";
  const t = (english, inKorean) => (korean ? inKorean : english);

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
  const scoreText = (score) => (score === null ? t("not scored", "채점 안 됨") : (100 * score).toFixed(1));

  // Words of both texts in one order, by their longest common subsequence: [-1 only in the first |
  // 0 in both | 1 only in the second, word]. Null when the table would be too large.
  const wordDiff = (first, second) => {
    const a = first.match(/\s+|[^\s]+/g) || [], b = second.match(/\s+|[^\s]+/g) || [];
    const width = b.length + 1;
    if ((a.length + 1) * width > 4e6) return null;
    const common = new Uint16Array((a.length + 1) * width);
    for (let i = a.length - 1; i >= 0; --i) {
      for (let j = b.length - 1; j >= 0; --j) {
        common[i * width + j] = a[i] === b[j]
          ? common[(i + 1) * width + j + 1] + 1
          : Math.max(common[(i + 1) * width + j], common[i * width + j + 1]);
      }
    }
    const parts = [];
    let i = 0, j = 0;
    while (i < a.length || j < b.length) {
      if (i < a.length && j < b.length && a[i] === b[j]) parts.push([0, a[i++], j++]);
      else if (j >= b.length ||
               (i < a.length && common[(i + 1) * width + j] >= common[i * width + j + 1]))
        parts.push([-1, a[i++]]);
      else parts.push([1, b[j++]]);
    }
    return parts;
  };

  const kFirst = 300;  // entries of the list before somebody asks for all

  const start = (data) => {
    const several = data.suites.length > 1;
    const filters = ["f-suite", "f-slice", "f-arm", "f-outcome", "f-cause", "f-a", "f-b", "f-differ", "f-text"];
    let shown = [];
    let current = null;
    let listed = kFirst;

    const options = (id, entries) => {
      byId(id).replaceChildren(...entries.map(([value, text]) => make("option", { value, text })));
    };
    const value = (id) => byId(id).value;
    const suiteOf = (item) => data.suites[item.s];
    const armName = (item, answer) => suiteOf(item).arms[answer.a];
    const answerOf = (item, arm) => item.r.find((answer) => armName(item, answer) === arm);
    const key = (item) => (several ? suiteOf(item).key + "/" : "") + item.i;

    const any = ["", t("any", "모두")];
    const arms = [...new Set(data.suites.flatMap((suite) => suite.arms))];
    const slices = [...new Set(data.items.map((item) => item.l))].filter((slice) => slice);
    options("f-suite", [any, ...data.suites.map((suite, i) => [String(i), suite.name])]);
    options("f-slice", [any, ...slices.map((slice) => [slice, slice])]);
    options("f-arm", [any, ...arms.map((arm) => [arm, arm])]);
    options("f-outcome", [any, ["right", t("right", "맞음")], ["wrong", t("wrong", "틀림")]]);
    options("f-cause", [any, ...data.causes.map((name, i) => [String(i), name]).slice(1)]);
    for (const id of ["f-a", "f-b"]) {
      options(id, [["", t("none", "없음")], ...arms.map((arm) => [arm, arm])]);
    }
    byId("f-suite").parentElement.hidden = !several;
    byId("f-slice").parentElement.hidden = slices.length < 2;

    // With two strategies chosen: one of them right, the other wrong. Else: any two.
    const differ = (item) => {
      const pair = [value("f-a"), value("f-b")].map((arm) => arm && answerOf(item, arm));
      const answers = (pair[0] && pair[1] ? pair : item.r).filter((answer) => answer.s !== null);
      return answers.some(right) && !answers.every(right);
    };
    const matches = (item) => {
      const arm = value("f-arm"), outcome = value("f-outcome"), cause = value("f-cause");
      if (value("f-suite") && String(item.s) !== value("f-suite")) return false;
      if (value("f-slice") && item.l !== value("f-slice")) return false;
      const fits = (answer) => (!arm || armName(item, answer) === arm) &&
        (!outcome || (answer.s !== null && right(answer) === (outcome === "right"))) &&
        (!cause || String(answer.y) === cause);
      if ((arm || outcome || cause) && !item.r.some(fits)) return false;
      if (byId("f-differ").checked && !differ(item)) return false;
      const text = value("f-text").trim().toLowerCase();
      if (!text) return true;
      const all = [item.i, item.q, ...item.t, ...item.r.map((answer) => answer.o)];
      return all.some((part) => part.toLowerCase().includes(text));
    };

    // The output with the accepted answers marked.
    const marked = (output, targets) => {
      const box = make("pre", { class: "out", dir: "auto", tabindex: "0" });
      const lower = output.toLowerCase();
      const aligned = lower.length === output.length;
      const found = targets
        .filter((target) => aligned && target.trim())
        .map((target) => [lower.indexOf(target.toLowerCase()), target.length])
        .filter(([at]) => at >= 0)
        .sort((a, b) => a[0] - b[0] || b[1] - a[1])[0];
      if (!found) {
        box.textContent = output === "" ? t("(empty)", "(비어 있음)") : output;
        return box;
      }
      const [at, length] = found;
      box.append(output.slice(0, at), make("mark", { text: output.slice(at, at + length) }),
                 output.slice(at + length));
      return box;
    };

    const fold = (summary, ...children) =>
      make("details", {}, make("summary", { text: summary }), ...children);
    const small = (parts) => make("p", { class: "small", text: parts.join(" · ") });

    const passageFold = (answer) => {
      const list = make("div");
      for (const [text, doc, score, relevant, inPrompt] of answer.r) {
        list.append(
          small([doc, t("score ", "점수 ") + (score === null ? "n/a" : score.toFixed(3)),
                 relevant ? t("relevant", "관련 있음") : t("not relevant", "관련 없음"),
                 inPrompt ? t("in the prompt", "프롬프트에 있음") : t("left out", "빠짐")]),
          make("pre", { dir: "auto", tabindex: "0", text: data.texts[text] }));
      }
      return fold(t("Passages", "문단") + " (" + answer.r.length + ")", list);
    };

    const answerCard = (item, answer) => {
      const outcome = answer.s === null ? "" : right(answer) ? "right" : "wrong";
      const verdict = [outcome === "right" ? t("✓ right", "✓ 맞음") : outcome && t("✗ wrong", "✗ 틀림"),
                       scoreText(answer.s)].filter((part) => part);
      if (answer.y > 1) verdict.push(data.causes[answer.y]);
      const facts = [answer.t[0] + " + " + answer.t[1] + t(" tokens", " 토큰"),
                     t("stopped by ", "멈춤: ") + answer.z];
      if (answer.n !== null) facts.push(t("text of seed ", "시드 ") + answer.n);
      if (answer.c) facts.push(t("prompt cut to fit", "프롬프트 잘림"));
      if (answer.d !== null) {
        facts.push(answer.d ? t("gold text delivered", "정답 글 전달됨")
                            : t("gold text not delivered", "정답 글 전달 안 됨"));
      }
      const card = make("article", { class: "answer " + outcome },
        make("h4", { text: armName(item, answer) }), small(verdict),
        answer.e ? make("p", { class: "error", text: answer.e }) : marked(answer.o, item.t),
        small(facts),
        fold(t("Prompt", "프롬프트"),
             make("pre", { dir: "auto", tabindex: "0", text: data.texts[answer.p] })));
      if (answer.r.length) card.append(passageFold(answer));
      return card;
    };

    const diffCard = (item) => {
      const [first, second] = [value("f-a"), value("f-b")].map((arm) => arm && answerOf(item, arm));
      if (!first || !second || first === second) return [];
      const box = make("pre", { class: "out", dir: "auto", tabindex: "0" });
      const parts = wordDiff(first.o, second.o);
      if (!parts) box.textContent = t("These outputs are too long to compare.", "견주기에는 너무 깁니다.");
      for (const [side, word] of parts || []) {
        box.append(side === 0 ? word : make(side < 0 ? "del" : "ins", { text: word }));
      }
      return [make("article", { class: "answer" },
        make("h4", { text: value("f-a") + " → " + value("f-b") }),
        small([t("struck out: only in the first", "줄 그음: 앞에만"),
               t("underlined: only in the second", "밑줄: 뒤에만")]), box)];
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
      const facts = [t("metric ", "지표 ") + suiteOf(item).metric];
      if (several) facts.unshift(suiteOf(item).name);
      if (item.c) facts.push(t("cluster ", "군집 ") + item.c);
      if (item.l) facts.push(t("slice ", "부분 ") + item.l);
      if (item.u) facts.push(t("nothing in the suite answers it", "묶음 안에 답이 없음"));
      const hash = "#item=" + encodeURIComponent(key(item));
      byId("item").replaceChildren(
        make("div", { class: "steps" }, step(t("← Previous", "← 앞"), -1), step(t("Next →", "다음 →"), 1),
             make("a", { href: hash, text: t("Link to ", "이 문항의 주소: ") + key(item) })),
        make("h3", { dir: "auto", text: item.q }), small(facts),
        make("p", { dir: "auto",
                    text: t("Accepted: ", "정답: ") + (item.t.join(" | ") || t("(none)", "(없음)")) }),
        ...diffCard(item),
        make("div", { class: "answers" }, ...item.r.map((answer) => answerCard(item, answer))));
      if (shown.indexOf(item) >= listed) list(shown.length);
      for (const button of byId("items").querySelectorAll("button")) {
        const chosen = button.dataset.key === key(item);
        if (chosen) {
          button.setAttribute("aria-current", "true");
          if (byUser) button.scrollIntoView({ block: "nearest" });
        } else {
          button.removeAttribute("aria-current");
        }
      }
      if (byUser) history.replaceState(null, "", hash);
    };

    const entry = (item) => {
      const dots = item.r.map((a) => (a.s === null ? "–" : right(a) ? "●" : "○")).join("");
      const rights = item.r.filter(right).length;
      const button = make("button", { type: "button", "data-key": key(item) },
        document.createTextNode(key(item)),
        make("span", { class: "dots", text: dots, role: "img",
                       "aria-label": t(rights + " of " + item.r.length + " right",
                                       item.r.length + "개 가운데 " + rights + "개 맞음") }));
      button.addEventListener("click", () => show(item, true));
      return make("li", {}, button);
    };

    const list = (count) => {
      listed = count;
      byId("items").replaceChildren(...shown.slice(0, listed).map(entry));
      if (shown.length <= listed) return;
      const more = make("button", { type: "button",
        text: t("Show all " + shown.length, "모두 보기 (" + shown.length + ")") });
      more.addEventListener("click", () => {
        list(shown.length);
        show(current, false);
        byId("items").querySelector("[aria-current]").focus();
      });
      byId("items").append(make("li", {}, more));
    };

    const refresh = () => {
      shown = data.items.filter(matches);
      list(kFirst);
      byId("count").textContent = t(
        shown.length + " of " + data.items.length + " items · ● right ○ wrong, one a strategy",
        "문항 " + data.items.length + "개 가운데 " + shown.length + "개 · ● 맞음 ○ 틀림, 방식마다 하나");
      if (shown.length === 0) {
        byId("item").replaceChildren(make("p", {
          text: t("No item fits these filters.", "조건에 맞는 문항이 없습니다.") }));
      } else {
        show(shown.includes(current) ? current : shown[0], false);
      }
    };

    const follow = () => {
      if (!location.hash.startsWith("#item=")) return;
      let wanted = location.hash.slice(6);
      try { wanted = decodeURIComponent(wanted); } catch { return; }
      const item = data.items.find((one) => key(one) === wanted || one.i === wanted);
      if (!item) return;
      if (!shown.includes(item)) {
        for (const id of filters) byId(id).value = "";
        byId("f-differ").checked = false;
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
    for (const id of filters) byId(id).addEventListener(id === "f-text" ? "input" : "change", refresh);
    addEventListener("hashchange", follow);
    byId("filters").hidden = byId("browser").hidden = false;
    byId("no-browser").hidden = true;
    refresh();
    follow();
  };

  let begun = false;
  const begin = () => {
    if (begun) return;
    begun = true;
    open().then(start).catch((error) => {
      byId("no-browser").textContent =
        t("The samples could not be opened: ", "문항을 열 수 없습니다: ") + error.message;
    });
  };
  // Thousands of answers are unpacked when somebody comes near them, or follows a link to one.
  const watch = new IntersectionObserver((entries) => {
    if (!entries.some((entry) => entry.isIntersecting)) return;
    watch.disconnect();
    begin();
  }, { rootMargin: "1500px" });
  const followed = () => { if (location.hash.startsWith("#item=")) begin(); };
  addEventListener("hashchange", followed);
  watch.observe(byId("samples"));
  followed();
})();
