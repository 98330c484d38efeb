# 64-bit Arm, with Debian's cross compiler. The compiler finds the headers of the host's
# libraries by itself. The programs run under qemu-user.
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR aarch64)
set(CMAKE_CXX_COMPILER aarch64-linux-gnu-g++)

find_program(NETIO_QEMU NAMES qemu-aarch64 qemu-aarch64-static REQUIRED
    DOC "The emulator that runs the tests")
set(CMAKE_CROSSCOMPILING_EMULATOR ${NETIO_QEMU} -L /usr/aarch64-linux-gnu)
