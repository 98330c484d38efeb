// A loop, a task and an awaitable made by hand, without asio. The loop resumes the coroutines in
// its queue, and each runs until it suspends. asio does the same, and also waits for the system.
#include <coroutine>
#include <cstdio>
#include <exception>
#include <queue>

/// The coroutines that can go on. Only run() resumes them, so one runs at a time.
class event_loop {
public:
    void post(std::coroutine_handle<> suspended) { ready_.push(suspended); }

    void run() {
        while (!ready_.empty()) {
            const auto next = ready_.front();
            ready_.pop();
            next.resume(); // returns when the coroutine suspends again, or ends
        }
    }

private:
    std::queue<std::coroutine_handle<>> ready_; // a handle points to a frame, and does not own it
};

/// What a call of a coroutine returns: the owner of its frame, which holds its local variables.
class task {
public:
    /// The compiler puts one into each frame, and calls these functions.
    struct promise_type {
        auto get_return_object() { // converted to the task that the call returns
            return std::coroutine_handle<promise_type>::from_promise(*this);
        }
        std::suspend_always initial_suspend() noexcept { return {}; } // the call runs none of it
        std::suspend_always final_suspend() noexcept { return {}; } // the frame stays, for ~task()
        void return_void() {}
        void unhandled_exception() { throw; } // leaves resume(), and so run()
    };

    task(std::coroutine_handle<promise_type> frame)
        : frame_{frame} {}
    task(const task&) = delete; // one owner
    task& operator=(const task&) = delete;
    ~task() { frame_.destroy(); }

    [[nodiscard]] std::coroutine_handle<> handle() const { return frame_; }

private:
    std::coroutine_handle<> frame_;
};

/// An awaitable: the operand of co_await. In Python, the class whose __await__ is one yield.
struct yield_to_event_loop {
    event_loop& loop;

    bool await_ready() const { return false; } // if true, co_await would not suspend
    void await_suspend(std::coroutine_handle<> self) const { loop.post(self); } // behind the others
    void await_resume() const {} // returns the value of the co_await expression: here, none
};

task count(char name, event_loop& loop) {
    for (int i = 1; i <= 3; ++i) {
        std::printf("%c: %d of 3\n", name, i);
        co_await yield_to_event_loop{loop}; // from here, the thread is back in run()
    }
}

int main() try {
    event_loop loop;
    const task a = count('A', loop);
    const task b = count('B', loop);
    loop.post(a.handle());
    loop.post(b.handle());
    std::printf("main: runs the loop\n");
    loop.run();
    std::printf("main: nothing is left to do\n");
} catch (const std::exception& error) {
    std::fprintf(stderr, "0_by_hand: %s\n", error.what());
    return 1;
}
