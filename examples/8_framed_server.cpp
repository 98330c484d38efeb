// A service in short: one request and one reply a line, limits of length and time, a graceful stop.
#include <asio.hpp>
#include <fmt/format.h>

struct service {
    asio::ip::tcp::acceptor acceptor;                   // open until the stop
    std::chrono::milliseconds idle;                     // the longest time for a line and its reply
    std::vector<asio::cancellation_signal*> reads = {}; // one for each connection
};

asio::awaitable<void> serve(asio::ip::tcp::socket accepted, service& all) {
    const auto socket = std::make_shared<asio::ip::tcp::socket>(std::move(accepted));
    asio::steady_timer deadline{socket->get_executor()};
    asio::cancellation_signal read;
    all.reads.push_back(&read);
    std::string data; // what has arrived: perhaps half a line, perhaps three lines
    auto buffer = asio::dynamic_buffer(data, 1024);
    std::error_code error; // aborted, and the socket still open: the stop
    auto token = asio::redirect_error(asio::use_awaitable, error);
    while (!error || (error == asio::error::operation_aborted && socket->is_open())) {
        if (all.acceptor.is_open()) {
            deadline.expires_after(all.idle); // cancels the earlier wait
            deadline.async_wait([socket](std::error_code cancelled) {
                if (!cancelled) {
                    socket->close(cancelled); // in this form, close() does not throw
                }
            });
        } else if (data.empty() && socket->available(error) == 0) { // no line has begun
            socket->shutdown(socket->shutdown_send, error);         // close() might lose a reply
        }
        const auto size = co_await asio::async_read_until(
            *socket, buffer, '\n', asio::bind_cancellation_slot(read.slot(), token));
        if (!error) {
            std::reverse(data.data(), data.data() + size - 1); // the service: a line backwards
            co_await asio::async_write(*socket, asio::buffer(data, size), token);
            buffer.consume(size); // what follows belongs to the next line
        }
    }
    std::erase(all.reads, &read);
}

asio::awaitable<void> accept(service& all) {
    asio::signal_set signals{all.acceptor.get_executor(), SIGINT, SIGTERM};
    signals.async_wait([&all](std::error_code error, int) { all.acceptor.close(error); });
    for (std::error_code error; all.acceptor.is_open();) {
        auto socket =
            co_await all.acceptor.async_accept(asio::redirect_error(asio::use_awaitable, error));
        if (!error) { // a real server also pauses when it is out of descriptors: see server/
            asio::co_spawn(signals.get_executor(), serve(std::move(socket), all), asio::detached);
        }
    }
    for (auto* read : all.reads) {
        read->emit(asio::cancellation_type::all); // ends waits for a line, cuts no reply off
    }
}

int main(int argc, char* argv[]) try {
    asio::io_context loop{1};
    auto here = asio::ip::tcp::resolver{loop}.resolve("127.0.0.1", argc > 1 ? argv[1] : "8198");
    const std::chrono::milliseconds idle{argc > 2 ? std::stoi(argv[2]) : 60'000};
    service all{{loop, *here.begin()}, idle};
    auto done = asio::co_spawn(loop, accept(all), asio::use_future);
    fmt::print("server: listens on port {}\n", all.acceptor.local_endpoint().port());
    std::fflush(stdout); // a pipe would hold the line back
    loop.run();
    done.get();
} catch (const std::exception& error) {
    fmt::print(stderr, "8_framed_server: {}\n", error.what());
    return 1;
}
