#include "tests/catch.hpp"
#include "tests/process.hpp"

TEST_CASE("x") {
    netio::testing::server_process s{{"--port", "0", "--samples", "10"}};
    s.send_signal(15);
    CHECK(s.wait().status == 0);
}
