// A trace as the programs would write it, but calculated: the same events at the same times on
// every machine, in any number. Times are in microseconds.

const start = 553_000_000;
const round = (time) => Math.round(time * 1000) / 1000;

/** One process of the trace. Its events go to the array that all processes share. */
class Process {
    constructor(events, pid, name) {
        this.events = events;
        this.pid = pid;
        this.add({ ph: "M", name: "process_name", args: { name: `${name} (process ${pid})` } });
    }
    add(event) {
        this.events.push({ pid: this.pid, ...event });
    }
    settings(args) {
        this.add({ ph: "M", name: "settings", args });
    }
    name_thread(tid, name) {
        this.add({ ph: "M", tid, name: "thread_name", args: { name } });
    }
    complete(tid, name, begin, end, args) {
        this.add({ ph: "X", tid, name, ts: round(begin), dur: round(end - begin), args });
    }
    mark(tid, name, at) {
        this.add({ ph: "i", s: "t", tid, name, ts: round(at) });
    }
    line(tid, text, at) {
        this.add({ ph: "i", s: "t", cat: "line", name: "line", tid, ts: round(at), args: { text } });
    }
}

class Server extends Process {
    constructor(events, options) {
        super(events, 101, "server");
        this.compute_time = options.compute;
        this.free_at = Array(options.threads).fill(0);
        this.name_thread(1, "event loop");
        this.free_at.forEach((_, i) => this.name_thread(2 + i, "computing thread"));
        this.line(1, "Server is running and listening on: 127.0.0.1:8197.", start - 500_000);
    }
    /** Serves the connection, and returns when the reply is sent. */
    serve(id, accepted) {
        const thread = this.free_at.indexOf(Math.min(...this.free_at));
        const begin = Math.max(accepted + 40, this.free_at[thread]);
        const end = begin + this.compute_time;
        const connection = { cat: "connection", name: "connection", tid: 1, id };
        this.free_at[thread] = end + 5;
        this.add({ ph: "b", ...connection, ts: round(accepted) });
        this.line(1, `Processing new connection: ${id}.`, accepted + 10);
        this.complete(2 + thread, "gaussian_sum", begin, end, { connection: id });
        this.add({ ph: "f", bp: "e", cat: "request", name: "request", id, tid: 2 + thread,
            ts: round(begin) });
        this.add({ ph: "i", s: "t", name: "reply sent", tid: 1, ts: round(end + 30),
            args: { connection: id } });
        this.line(1, `Done. Closing connection: ${id}.\n`, end + 45);
        this.add({ ph: "e", ...connection, ts: round(end + 200) });
        return end + 30;
    }
}

function ask(client, tid, name, id, begin) {
    client.name_thread(tid, name);
    client.add({ ph: "s", cat: "request", name: "request", id, tid, ts: round(begin) });
}

function run_serial(events, server, options) {
    const client = new Process(events, 102, "serial_client");
    client.settings({ requests: options.requests });
    client.name_thread(1, "uniform_sum");
    let now = start;
    for (let i = 1; i <= options.requests; ++i) {
        const name = options.requests === 1 ? "server_request" : `server_request ${i}`;
        client.line(1, "Requesting computation from server.", now);
        ask(client, 1 + i, name, `127.0.0.1:${40_000 + i}`, now + 10);
        client.mark(1 + i, "connected", now + 130);
        client.mark(1 + i, "wait", now + 135);
        const sent = server.serve(`127.0.0.1:${40_000 + i}`, now + 120);
        client.mark(1 + i, "wake", sent + 40);
        client.complete(1 + i, name, now + 10, sent + 60);
        client.line(1, `Server returned -77479.76. Ran for: ${seconds(sent - now)}.`, sent + 70);
        now = sent + 90;
    }
    client.complete(1, "uniform_sum", now, now + options.sum, { draws: options.draws, ended: "done" });
    now += options.sum;
    client.line(1, `Computed total: 22499970753.50 in ${seconds(options.sum)}.`, now + 10);
    client.line(1, `Total time elapsed: ${seconds(now - start)}.`, now + 30);
    return now;
}

const seconds = (time) => `${(time / 1e6).toFixed(2)}s`;

/** The event loop of async_client: the sum's slices, and between them the requests' turns. */
function run_async(events, server, options, begin) {
    const client = new Process(events, 103, "async_client");
    client.settings({ wait: options.wait, allotment: options.allotment, requests: options.requests,
        chunks: options.chunks });
    client.name_thread(1, "uniform_sum");
    const requests = Array.from({ length: options.requests }, (_, i) => ({
        tid: 2 + i,
        name: options.requests === 1 ? "server_request" : `server_request ${i + 1}`,
        id: `127.0.0.1:${50_000 + i}`,
        is_shown: options.requests <= 3 || i < 3,
    }));
    let now = begin;
    let left = options.chunks;
    const say = (tid, text) => client.line(tid, text, (now += 8));

    const resume = (request) => {
        if (request.asleep) {
            client.mark(request.tid, "wake", (now += 4));
        }
        if (request.is_shown && request.paused) {
            say(request.tid, `Resuming ${request.name}.`);
            request.paused = false;
        }
    };
    const pause = (request) => {
        if (request.is_shown && !request.paused) {
            say(request.tid, `Pausing ${request.name}.\n`);
        }
        request.paused = true;
    };
    /** Begins, connects, looks for the reply, or takes it. */
    const turn = (request) => {
        if (request.begun === undefined) {
            if (request.is_shown) {
                say(request.tid, `Beginning ${request.name}.`);
            }
            request.begun = now += 5;
            ask(client, request.tid, request.name, request.id, now);
            pause(request);
        } else if (request.sent === undefined) {
            request.sent = server.serve(request.id, request.begun + 60);
            client.mark(request.tid, "connected", (now += 6));
            client.mark(request.tid, options.wait === "poll" ? "poll" : "wait", (now += 3));
            request.asleep = options.wait !== "poll";
        } else if (request.sent < now) {
            resume(request);
            request.done = now += 6;
            client.complete(request.tid, request.name, request.begun, now);
            if (request.is_shown) {
                say(request.tid, `====== Done ${request.name}. total: -50756.88. ======\n`);
            }
        } else if (!request.asleep) {
            resume(request);
            client.mark(request.tid, left > 0 ? "poll" : "wait", (now += 3));
            request.asleep = left === 0;
            pause(request);
        }
    };
    const turns = () => {
        for (const request of requests) {
            const is_new = request.begun === undefined;
            if (request.done === undefined) {
                turn(request);
            }
            request.is_new = is_new;
        }
        requests.filter((request) => request.is_new).forEach(turn); // connected, as on loopback
    };

    say(1, "Beginning uniform_sum.");
    while (left > 0) {
        const from = now += 5;
        let used = 0;
        while (left > 0 && used < options.allotment) {
            used += options.sum / options.chunks;
            --left;
        }
        now += used;
        const draws = Math.round(options.draws * (1 - left / options.chunks));
        const ended = used < options.allotment ? "done" : "allotment";
        client.complete(1, "uniform_sum", from, now, { draws, ended });
        if (ended === "allotment") {
            say(1, `Pausing uniform_sum at: ${(draws - 1).toLocaleString("en")}. time_elapsed: ` +
                `${seconds(used)}.\n`);
            turns();
            say(1, "Resuming uniform_sum.");
        }
        if (left === 0 && ended === "allotment") {
            client.complete(1, "uniform_sum", (now += 5), now + 1, { draws, ended: "done" });
        }
    }
    say(1, "====== Done uniform_sum. total: 22499907476.42 ======\n");
    turns();
    turns();
    for (const request of requests.filter((each) => each.done === undefined)) {
        now = Math.max(now, request.sent + 30);
        turn(request);
    }
    say(1, `Total time elapsed: ${seconds(now - begin)}.`);
    return now;
}

/** The events of one run of all three programs. */
export function generated_events(changes = {}) {
    const options = { requests: 1, wait: "poll", threads: 2, compute: 3_860_000, sum: 6_540_000,
        draws: 45_000_000_000, chunks: 40, allotment: 1_000_000, serial: true, ...changes };
    const events = [];
    const server = new Server(events, options);
    let now = start;
    if (options.serial) {
        now = run_serial(events, server, options) + 40_000;
    }
    run_async(events, server, options, now);
    return events;
}

/** The text of a trace file, its array left open as the programs leave it. */
export const to_text = (events) =>
    "[\n" + events.map((event) => JSON.stringify(event)).join(",\n") + "\n";

if (process.argv[1] === new URL(import.meta.url).pathname) {
    const changes = process.argv[2] ? JSON.parse(process.argv[2]) : {};
    process.stdout.write(to_text(generated_events(changes)));
}
