# Checks that no object code moves wide vectors to or from the stack with instructions that need
# them aligned: cmake -D COMPILER=... -D OBJDUMP=... -D SOURCE_DIR=... [-D PROGRAMS=...]
#                     -P aligned_moves.cmake
#
# On 64-bit Windows, GCC aligns the stack to 16 bytes only, even for variables that need 32 or 64
# (GCC bug 54412). An aligned move of 32 or 64 bytes then ends the program, or does not: that depends
# on where its stack happens to begin.

function(check file what)
    execute_process(COMMAND ${OBJDUMP} --disassemble --no-show-raw-insn ${file}
        OUTPUT_VARIABLE code COMMAND_ERROR_IS_FATAL ANY)
    if(NOT code MATCHES "[\t ]ret")
        message(SEND_ERROR "${what}: no code found")
    endif()
    set(moves "vmov(ap[sd]|dqa(32|64)?)[ \t]+")
    set(stack "[-0-9a-fx]*\\(%r[sb]p[^)]*\\)")
    string(REGEX MATCHALL "${moves}(%[yz]mm[0-9]+,${stack}|${stack},%[yz]mm[0-9]+)" found "${code}")
    if(found)
        list(GET found 0 first)
        list(LENGTH found count)
        message(SEND_ERROR "${what}: ${count} aligned moves, the first: ${first}")
    endif()
endfunction()

foreach(level IN ITEMS -O0 -O2 -O3)
    foreach(version IN ITEMS -march=x86-64-v3 "-march=x86-64-v4;-mprefer-vector-width=512")
        set(object ${CMAKE_CURRENT_BINARY_DIR}/aligned_moves.o)
        execute_process(
            COMMAND ${COMPILER} -std=c++20 ${level} ${version} -fno-math-errno -ffp-contract=off
                -D NETIO_KERNEL_NAMESPACE=tried -D NETIO_KERNEL_NAME="tried" -I ${SOURCE_DIR}
                -c ${SOURCE_DIR}/common/random/random_kernels.cpp -o ${object}
            COMMAND_ERROR_IS_FATAL ANY)
        check(${object} "random_kernels.cpp with ${level} ${version}")
    endforeach()
endforeach()
foreach(program IN LISTS PROGRAMS)
    check(${program} ${program})
endforeach()
