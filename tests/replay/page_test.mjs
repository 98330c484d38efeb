// The page with a calculated trace inside.

import test from "node:test";
import assert from "node:assert/strict";
import { open_generated, open_with, step_through, switches_in_lines, switches_on_page,
    use_browser } from "./support.mjs";
import { generated_events, to_text } from "./generated_trace.mjs";

use_browser();

const lines_in = (events) => events.filter(({ pid, cat }) => pid === 103 && cat === "line").map(({ args }) => args.text);

async function switches(events) {
    const page = await open_with(to_text(events));
    const found = switches_on_page(await step_through(page));
    assert.deepEqual(page.problems, []);
    await page.close();
    return found;
}

for (const changes of [{}, { requests: 3 }, { wait: "ready" }, { wait: "ready", requests: 3 }, { compute: 9e6 },
    { wait: "completion", requests: 2, compute: 100 }]) {
    test(`the switches are in the order of the printed lines: ${JSON.stringify(changes)}`, async () => {
        const events = generated_events(changes);
        const printed = switches_in_lines(lines_in(events));
        assert.ok(printed.length >= 8);
        assert.deepEqual(await switches(events), printed);
    });
}

test("a dropped event changes the order of the switches", async () => {
    const events = generated_events();
    const printed = switches_in_lines(lines_in(events));
    const drop = (i) => assert.notEqual(i, -1) || events.filter((_, other) => other !== i);
    for (const is_dropped of [({ pid, name }) => pid === 103 && name === "uniform_sum", ({ pid, ph, name }) =>
        pid === 103 && ph === "X" && name === "server_request"]) {
        assert.notDeepEqual(await switches(drop(events.findIndex(is_dropped))), printed);
    }
    assert.notDeepEqual(await switches(drop(events.findLastIndex(({ name }) => name === "poll"))), printed);
});

test("two events in the wrong order change the order of the switches", async () => {
    const events = generated_events();
    const [poll, slice] = [events.findLast(({ name }) => name === "poll"),
        events.findLast(({ name, ph }) => ph === "X" && name === "uniform_sum")];
    [poll.ts, slice.ts] = [slice.ts, poll.ts];
    assert.notDeepEqual(await switches(events), switches_in_lines(lines_in(events)));
});

test("the events may be in any order in the file", async () => {
    const events = generated_events({ requests: 3 });
    assert.deepEqual(await switches([...events].reverse()), await switches(events));
});

test("each step is later than the last, says a sentence, and the printed lines follow", async () => {
    const events = generated_events();
    const page = await open_with(to_text(events));
    const steps = await step_through(page);
    steps.forEach(({ at, text }, i) => {
        assert.ok(i === 0 || at > steps[i - 1].at);
        assert.match(text, /^.{10,}\.$/);
        assert.doesNotMatch(text, /undefined|NaN|null|\[object/);
    });
    const pause = steps.find(({ kinds }) => kinds === "pause");
    assert.match(pause.text, /^The allotment of 1 s is used up .* The next is server_request\.$/);
    assert.match(pause.printed, /Pausing uniform_sum at: 7,874,999,999\. time_elapsed: 1\.14s\.$/);
    assert.match(steps.find(({ kinds }) => kinds === "sent").text, /the reply lies unnoticed for 718\.04 ms, until the sum gives the thread back\.$/);
    assert.match(steps.at(-1).text, /^async_client ends after 6\.54 s\. For as many draws and requests, serial_client took 10\.40 s: 3\.86 s more\.$/);
    await page.press("End");
    const shown = await page.evaluate("[...document.querySelectorAll('#transcript li span')].map((span) => span.textContent)");
    assert.deepEqual(shown.filter((text) => !text.startsWith("server: ")), lines_in(events).map((text) => text.trimEnd()));
    assert.equal(shown.filter((text) => text.startsWith("server: ")).length, 2);
    await page.close();
});

test("the code is marked where each task is", async () => {
    const page = await open_generated({});
    const marks = [];
    await step_through(page, async ({ kinds }) => {
        const here = await page.evaluate("[...document.querySelectorAll('pre .here')].map((span) =>"
            + " `${span.dataset.mark} ${span.textContent.trim()}`)");
        const hidden = await page.evaluate(`[...document.querySelectorAll("pre .here")].filter((span) => {
            const [line, box] = [span, span.parentNode].map((each) => each.getBoundingClientRect());
            return line.top < box.top || line.bottom > box.bottom + 1; }).map((span) => span.textContent)`);
        assert.deepEqual(hidden, [], "both lines are in sight");
        marks.push([kinds, here.join(" | ").replace(/ *\/\/.*?(?=\||$)/g, " ").replace(/ +/g, " ").trim()]);
    });
    const [sum, paused, connecting, waiting] = ["▶ total += uniform_sum(draws, stream);", "‖ co_await let_others_run(options_.most_pending());",
        "‖ co_await connect(pending);", "‖ const auto end = co_await wait_for_reply(pending, events);"];
    assert.deepEqual(marks.slice(0, 6), [["resume", sum], ["pause", paused], ["begin", `${paused} | ${connecting}`],
        ["connected poll", `${paused} | ${waiting}`], ["resume", `${sum} | ${waiting}`], ["compute", `${sum} | ${waiting}`]]);
    assert.equal(marks.at(-1)[1].replace(/[^▶‖✓]/g, ""), "✓✓");
    await page.close();
});

test("the timeline names the gap and the saving, and marks each look", async () => {
    const page = await open_generated({});
    const figure = await page.text("#timeline");
    assert.match(figure, /the reply lies unnoticed: 718\.04 ms/);
    assert.match(figure, /3\.86 s less than serial_client/);
    const count = (selector) => page.evaluate(`document.querySelectorAll("#timeline ${selector}").length`);
    assert.equal(await count("path.late"), 1);
    assert.equal(await count(".on-bar"), 1 + 1 + 6 + 1); // both sums, both computations
    assert.equal(await count("path.done"), 2);
    assert.equal(await count("path.mark"), 2 + 4); // serial: wait and wake; async: four looks
    await page.close();
});

test("the sentences say when the event loop has the thread", async () => {
    const page = await open_generated({});
    for (const { kinds, text } of await step_through(page)) {
        if (/^(pause|begin|.*poll)$/.test(kinds)) assert.match(text, /Now the event loop has the thread\./);
        if (kinds === "resume") assert.match(text, /the sum has the thread/);
    }
    await page.close();
});

test("what a trace lacks is not drawn", async () => {
    for (const wait of ["poll", "ready"]) {
        const older = generated_events({ wait }).filter(({ name, cat }) => cat !== "line"
            && !["settings", "connected", "reply sent", "connection"].includes(name));
        older.forEach(({ args }) => delete args?.ended);
        const page = await open_with(to_text(older));
        assert.equal(await page.text("#transcript"), "This trace contains no printed lines.");
        await step_through(page);
        assert.equal(await page.text("#transcript"), "This trace contains no printed lines.");
        const said = await page.evaluate("state.run.moments.map((_, i) => sentence(state.run, i))"); // the first, too
        said.forEach((text) => assert.doesNotMatch(text, /undefined|NaN|allotment|unnoticed|because|sum is done/));
        assert.equal(await page.evaluate("document.querySelectorAll('path.late, path.open').length"), 0);
        assert.deepEqual(page.problems, []);
        await page.close();
    }
});

test("no reply is called late by a connection that was accepted at another time", async () => {
    const events = generated_events();
    events.filter(({ ph }) => ph === "b").forEach((each) => (each.ts -= 5e6)); // before the request
    const page = await open_with(to_text(events));
    assert.match(await page.text("#message"), /\(2\)/);
    assert.equal(await page.evaluate("document.querySelectorAll('path.late, path.open').length"), 0);
    await page.close();
});

test("the line of the request that the sentence names is in sight", async () => {
    const page = await open_generated({ requests: 3 });
    let seen = 0;
    await step_through(page, async ({ text }) => {
        const [name, is_in_sight] = await page.evaluate(`(({ turn, run, at }) => {
            const place = place_of_request(turn, run.begin + at);
            const span = state.places.find((each) => each.task === "server_request" && each.place === place)?.span;
            if (!span) return [];
            const [line, box] = [span, span.parentNode].map((each) => each.getBoundingClientRect());
            return [turn.name, line.top >= box.top && line.bottom <= box.bottom + 1];
        })(state)`);
        if (!name || !text.includes(name)) return;
        assert.ok(is_in_sight, text);
        ++seen;
    });
    assert.ok(seen > 15);
    await page.close();
});

test("the legend explains what is drawn, and nothing else", async () => {
    for (const [changes, some] of [[{}, /late,poll,wait,wake,sent,end$/], [{ compute: 9e6 }, /begin,poll,wait,wake,sent,end$/],
        [{ requests: 12, serial: false }, /late,poll,sent,end$/]]) {
        const page = await open_generated(changes);
        const [explained, drawn] = await page.evaluate(`["legend", "timeline"].map((id) => Object.keys(kinds).filter((kind) => {
            const { shape, path, legend } = kinds[kind];
            return legend && [...$(id).querySelectorAll("path." + shape)].map((each) => each.getAttribute("d"))
                .some((d) => path ? d.endsWith(path) : !d.includes("m")); }).join())`);
        assert.equal(explained, drawn);
        assert.match(drawn, some);
        await page.close();
    }
});

test("of many requests, the one that had the latest turn has a row, and the longest gap is named", async () => {
    const page = await open_generated({ requests: 12, threads: 12, serial: false });
    assert.match(await page.text("#timeline"), /replies lie unnoticed for up to 718\.\d\d ms/);
    await step_through(page, async () => {
        const [name, labels, marks] = await page.evaluate(`[state.turn.name,
            [...document.querySelectorAll("#timeline text")].map((text) => text.textContent), [...view.kinds].join()]`);
        assert.deepEqual(labels.filter((text) => /^server_request/.test(text)), [name]);
        assert.match(marks, /poll.*end.*sent/);
    });
    await page.close();
});

test("texts on bars do not overlap, however many threads there are", async () => {
    for (const threads of [2, 8, 12]) {
        const page = await open_generated({ requests: 12, threads });
        const overlaps = await page.evaluate(`(() => {
            const boxes = [...document.querySelectorAll("#timeline .on-bar")].map((text) => text.getBoundingClientRect());
            return boxes.filter((a, i) => boxes.some((b, k) => k < i && a.left < b.right && b.left < a.right
                && a.top + 3 < b.bottom && b.top + 3 < a.bottom)).length;
        })()`);
        assert.equal(overlaps, 0, `${threads} threads`);
        await page.close();
    }
});

test("what differs in meaning does not differ by colour alone", async () => {
    for (const requests of [1, 12]) {
        const page = await open_generated({ requests });
        assert.match(await page.evaluate("getComputedStyle(document.querySelector('#timeline .late')).fill"), /#hatch/);
        assert.equal(await page.evaluate("$('hatch').tagName"), "pattern");
        await page.close();
    }
});

test("dragging goes on outside of the timeline", async () => {
    const page = await open_generated({});
    const mouse = (type, x, y) => page.call("Input.dispatchMouseEvent", { type, x, y, button: "left", buttons: 1, clickCount: 1 });
    await mouse("mousePressed", 400, 100);
    const from = await page.evaluate("state.at");
    await mouse("mouseMoved", 600, 600);
    assert.ok(await page.evaluate("state.at") > from + 1e6);
    await mouse("mouseReleased", 600, 600);
    await page.close();
});

test("the keyboard alone plays, pauses, steps and jumps", async () => {
    const page = await open_generated({});
    const at = () => page.evaluate("state.at");
    await page.press("End");
    assert.equal(await at(), await page.evaluate("state.length"));
    await page.press("Home");
    assert.equal(await at(), 0);
    await page.press("ArrowRight", 3);
    const third = await at();
    await page.press("ArrowRight");
    await page.press("ArrowLeft");
    assert.equal(await at(), third);
    await page.press(" ");
    await page.evaluate(`new Promise((done) => (function look() { state.at > ${third} ? done() : requestAnimationFrame(look) })())`);
    await page.press(" ");
    assert.equal(await page.evaluate("state.playing"), false);
    const names = [];
    await page.evaluate("document.activeElement.blur()");
    for (let i = 0; i < 13; ++i) {
        await page.press("Tab");
        names.push(await page.evaluate("document.activeElement.id"));
    }
    for (const id of ["files", "timeline", "home", "back", "play", "step", "end", "speed", "follow", "sum_uniform_draws",
        "server_request", "transcript"]) {
        assert.ok(names.includes(id), `${id} cannot be reached with the Tab key`);
    }
    await page.close();
});

test("a pause and a play within one frame do not double the speed", async () => {
    const page = await open_generated({});
    const moves = await page.evaluate(`new Promise((done) => {
        let count = 0;
        const move = go_to;
        play(true), play(false), play(true);
        go_to = (time) => { ++count; move(time); };
        requestAnimationFrame(() => done(count));
    })`);
    assert.equal(moves, 1);
    await page.close();
});

test("in the panels, the arrow keys scroll", async () => {
    const page = await open_generated({});
    await page.press("ArrowRight", 2);
    const at = await page.evaluate("$('sum_uniform_draws').focus(), state.at");
    for (const key of ["ArrowRight", "ArrowLeft", "Home", "End", " "]) await page.press(key);
    assert.deepEqual(await page.evaluate("[state.at, state.playing]"), [at, false]);
    await page.close();
});

test("a step draws the timeline anew only if its width has changed", async () => {
    const page = await open_generated({});
    await page.evaluate("var count = 0, draw = draw_timeline; draw_timeline = (...args) => { ++count; draw(...args); }; step(1)");
    assert.equal(await page.evaluate("count"), 0);
    await page.call("Emulation.setDeviceMetricsOverride", { width: 700, height: 800, deviceScaleFactor: 1, mobile: false });
    await page.evaluate("new Promise((done) => (function look() { count > 0 ? done() : requestAnimationFrame(look) })())");
    assert.equal(await page.evaluate("count"), 1);
    await page.close();
});

test("what a request failed or waited for is not guessed", async () => {
    const events = generated_events({ requests: 3, wait: "ready", serial: false });
    const of_request = (tid, name) => events.find((each) => each.pid === 103 && each.tid === tid && each.name === name
        && each.ph !== "s");
    for (const [tid, outcome] of [[2, "failed"], [3, "unfinished"]]) {
        const { ts, dur } = events.find(({ pid, tid: own, ph }) => pid === 103 && own === tid && ph === "X");
        events.push({ pid: 103, tid, ph: "i", s: "t", name: outcome, ts: ts + dur });
        events.splice(events.findIndex(({ pid, tid: own, ph }) => pid === 103 && own === tid && ph === "s"), 1); // no reply, no id
    }
    assert.ok(of_request(2, "wake"));
    const page = await open_with(to_text(events));
    const said = (await step_through(page)).map(({ text }) => text).join("\n");
    assert.match(said, /^server_request 1 is resumed\. It fails\.$/m);
    assert.match(said, /was still waiting when the client ended\.$/m);
    assert.match(said, /^server_request 3 .*because its socket is ready to read\. It finds its reply/m);
    assert.doesNotMatch(said, /server_request 2 .*finds its reply/);
    await page.press("End");
    assert.match(await page.text("#sentence"), /^async_client ends after/);
    assert.match(await page.text("#places"), /server_request 2: still waiting at the end$/m);
    assert.match(await page.text("#legend"), /still waiting at the end/);
    await page.close();
});

test("of many runs, the one that is followed and its serial counterpart are drawn", async () => {
    const later = (each, i) => ({ ...each, pid: each.pid + 10 * i, ...(each.ts ? { ts: each.ts + 60e6 * i } : {}) });
    const page = await open_with(to_text([0, 1, 2].flatMap((i) => generated_events().map((each) => later(each, i)))));
    const shown = "state.shown.map(({ kind, begin }) => kind + Math.floor((begin - state.runs[0].begin) / 60e6))";
    assert.deepEqual(await page.evaluate(shown), ["serial_client2", "async_client2"]);
    await page.evaluate("follow(state.runs[3], 0)");
    assert.deepEqual(await page.evaluate(shown), ["serial_client0", "async_client0"]);
    assert.equal(await page.evaluate("document.querySelectorAll('#timeline .title').length"), 2);
    await page.close();
});

test("a serial run in which a request failed is not compared with", async () => {
    const events = generated_events();
    const { ts, dur } = events.find(({ pid, ph, name }) => pid === 102 && ph === "X" && name === "server_request");
    const page = await open_with(to_text([...events, { pid: 102, tid: 2, ph: "i", s: "t", name: "failed", ts: ts + dur }]));
    assert.doesNotMatch(await page.text("#timeline"), /less than serial_client/);
    await page.close();
});

test("the address contains the position", async () => {
    const page = await open_generated({});
    await page.press("ArrowRight", 7);
    const [hash, text] = await page.evaluate(`new Promise((done) => (function look() {
        if (location.hash === address()) done([location.hash, $('sentence').innerText]);
        else requestAnimationFrame(look);
    })())`);
    assert.match(hash, /^#t=\d+\.\d+&run=1$/);
    await page.close();
    const again = await open_generated({}, { hash });
    assert.equal(await again.text("#sentence"), text);
    await again.evaluate("location.hash = '#t=0&run=0'; new Promise((done) => addEventListener('hashchange', () => done()))");
    assert.equal(await again.evaluate("state.run.kind"), "serial_client");
    assert.match(await again.text("#places"), /code of async_client/);
    await again.close();
    for (const odd of ["#t=-5&run=77", "#t=Infinity&run=x", "#t=%00&run=__proto__", "#%%%"]) {
        const page = await open_generated({}, { hash: odd });
        assert.deepEqual(page.problems, []);
        assert.equal(await page.evaluate("$('message').hidden"), true);
        await page.close();
    }
});

test("1000 requests with 100,000 events open, and a step is made", async () => {
    const events = generated_events({ requests: 1000, compute: 60_000, chunks: 4000, allotment: 60_000, serial: false });
    assert.ok(events.length > 100_000);
    const page = await open_with(to_text(events));
    assert.match(await page.text("#timeline"), /1000 requests/);
    await page.press("ArrowRight", 20);
    assert.match(await page.text("#sentence"), /^server_request \d+ begins/);
    assert.ok(await page.evaluate("document.querySelectorAll('*').length") < 6000);
    // Each time lasts until the picture has been drawn. The least is checked, because the machine may be busy.
    const times_of = async (code, count) => {
        const times = [];
        for (let i = 0; i < count; ++i) {
            times.push(await page.evaluate(`new Promise((done) => { const begin = performance.now(); ${code};
                requestAnimationFrame(() => setTimeout(() => done(performance.now() - begin))); })`));
        }
        return times.sort((a, b) => a - b).map(Math.round);
    };
    const steps = await times_of("step(1)", 20);
    const openings = await times_of(`open_traces([[$("trace").textContent, "trace"]])`, 3);
    console.log(`${events.length} events open in ${openings.join(", ")} ms; a step takes ${steps[0]} to ${steps.at(-1)} ms.`);
    assert.ok(openings[0] < 2000 && steps[0] < 100);
    assert.deepEqual(page.problems, []);
    await page.close();
});

for (const width of [360, 1280, 1920]) {
    test(`${width} pixels are wide enough`, async () => {
        const page = await open_generated({ requests: 3 }, { setup: (opening) => opening.call("Emulation.setDeviceMetricsOverride",
            { width, height: 800, deviceScaleFactor: 1, mobile: false }) });
        await page.press("ArrowRight", 6);
        assert.ok(await page.evaluate("document.scrollingElement.scrollWidth <= innerWidth"));
        const outside = await page.evaluate(`[...document.querySelectorAll("#timeline text")].filter((text) => {
            const { left, right } = text.getBoundingClientRect();
            return text.textContent && (left < 0 || right > innerWidth); }).map((text) => text.textContent)`);
        assert.deepEqual(outside, []);
        await page.close();
    });
}

test("no request leaves the page, and none could", async () => {
    const page = await open_generated({});
    await step_through(page);
    assert.deepEqual(page.requests.filter((url) => !url.startsWith("file:///") || !url.includes(".html")), []);
    const refused = await page.evaluate("fetch('http://127.0.0.1:9/').then(() => 'sent', () => 'refused')");
    assert.equal(refused, "refused");
    assert.match(page.problems.join(), /Content Security Policy/);
    await page.close();
});

/** Contrast of two colours, as WCAG 2 defines it. */
function contrast(a, b) {
    const luminance = (colour) => colour.map((part) => part / 255)
        .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4))
        .reduce((sum, part, i) => sum + part * [0.2126, 0.7152, 0.0722][i], 0);
    const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y);
    return (high + 0.05) / (low + 0.05);
}

for (const scheme of ["light", "dark"]) {
    test(`the contrast of text is at least 4.5: ${scheme}`, async () => {
        const page = await open_generated({}, { setup: (opening) => opening.call("Emulation.setEmulatedMedia",
            { features: [{ name: "prefers-color-scheme", value: scheme }] }) });
        const colours = await page.evaluate(`Object.fromEntries(["page", "panel", "text", "muted", "sum", "server", "on-bar", "late",
            "late-fill", "here", "failed"].map((name) => { const probe = document.body.appendChild(document.createElement("i"));
                probe.style.color = "var(--" + name + ")"; return [name, getComputedStyle(probe).color.match(/\\d+/g).map(Number)]; }))`);
        const pairs = [["text", "page"], ["text", "panel"], ["text", "late-fill"], ["text", "here"], ["muted", "page"], ["muted", "panel"],
            ["muted", "here"], ["late", "page"], ["late", "late-fill"], ["late", "here"], ["server", "panel"], ["server", "here"],
            ["page", "text"], ["failed", "page"]];
        for (const [a, b] of pairs) {
            assert.ok(contrast(colours[a], colours[b]) >= 4.5, `${a} on ${b}: ${contrast(colours[a], colours[b])}`);
        }
        // Text on bars is checked below, as no element contains it that has the colour of its bar.
        await page.press("End");
        const texts = await page.evaluate(`[...document.querySelectorAll("body *")].filter((each) => each.checkVisibility()
            && !each.matches(".on-bar") && [...each.childNodes].some((node) => node.nodeType === 3 && node.data.trim() !== "")).map((each) => {
                const behind = (node) => { const colour = getComputedStyle(node).backgroundColor;
                    return node === document.documentElement || colour !== "rgba(0, 0, 0, 0)" ? colour : behind(node.parentElement); };
                const { fill, color } = getComputedStyle(each);
                return [each.ownerSVGElement ? fill : color, behind(each)].map((colour) => colour.match(/\\d+/g).map(Number)).concat(each.textContent);
            })`);
        assert.ok(texts.length > 60);
        texts.forEach(([colour, back, text]) => assert.ok(contrast(colour, back) >= 4.5, `${text}: ${colour} on ${back}`));
        for (const bar of ["sum", "server"]) {
            assert.ok(contrast(colours["on-bar"], colours[bar]) >= 4.5, `text on ${bar}`);
        }
        await page.close();
    });
}
