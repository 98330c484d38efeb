# The tests that call functions of the project, and run no program. Most run on every system.
netio_add_tests(common_tests
    LABELS not_wine reactor
    SOURCES
        common/address_test.cpp
        common/deadline_test.cpp
        common/event_loop_test.cpp
        common/platform_test.cpp
        common/read_double_test.cpp
        common/reply_test.cpp
        common/json_text_test.cpp
        common/trace_test.cpp
        common/workload_test.cpp
        common/client/request_test.cpp
        common/client/run_report_test.cpp
        common/client/run_summary_test.cpp
        common/client/timeline_test.cpp
        common/program/command_line_test.cpp
        common/program/duration_test.cpp
        common/program/words_test.cpp)

netio_add_tests(kernel_tests
    SOURCES
        common/random/kernel_test.cpp
        common/random/known_totals_test.cpp
        common/random/random_kernels_test.cpp
        common/random/random_statistics_test.cpp
        common/random/random_stream_test.cpp
        common/random/random_sum_test.cpp)
set_source_files_properties(common/random/random_kernels_test.cpp PROPERTIES
    COMPILE_OPTIONS -ffp-contract=off) # as for the kernels themselves
if(MINGW AND NETIO_X86_64_VERSIONS)
    # MinGW's fma() rounds twice. The processor's instruction does not.
    set_property(SOURCE common/random/random_kernels_test.cpp APPEND PROPERTY
        COMPILE_OPTIONS -mfma -mprefer-vector-width=128)
endif()

# A build with these options must fail, and say why.
separate_arguments(flags NATIVE_COMMAND "${CMAKE_CXX_FLAGS}")
foreach(option IN ITEMS -ffast-math -Ofast -ffinite-math-only)
    foreach(source IN ITEMS common/read_double.cpp common/random/random_sum.cpp)
        add_test(NAME "build: ${source} cannot be compiled with ${option}"
            COMMAND ${CMAKE_CXX_COMPILER} ${flags} -std=c++20 ${option} -fsyntax-only
                -I${PROJECT_SOURCE_DIR} ${PROJECT_SOURCE_DIR}/${source})
        set_tests_properties("build: ${source} cannot be compiled with ${option}" PROPERTIES
            PASS_REGULAR_EXPRESSION "error: .*Compile without -ffast-math")
    endforeach()
endforeach()

netio_add_tests(client_tests
    SOURCES
        async_client/async_client_test.cpp
        async_client/events_test.cpp
        serial_client/serial_client_test.cpp
    LIBRARIES async_client_lib serial_client_lib)

netio_add_tests(server_tests
    SOURCES server/server_test.cpp
    LIBRARIES server_lib)

if(UNIX)
    target_sources(common_tests PRIVATE common/trace_on_posix_test.cpp)
    netio_add_tests(platform_tests SOURCES common/platform/posix_test.cpp)
    netio_add_tests(docs_tests SOURCES docs_figures_test.cpp docs_test.cpp)
    set_source_files_properties(docs_figures_test.cpp docs_test.cpp PROPERTIES
        COMPILE_DEFINITIONS NETIO_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
endif()
if(WIN32)
    netio_add_tests(platform_tests SOURCES common/platform/windows_test.cpp)
endif()
# (clang aligns the stack where it needs to.)
if(MINGW AND CMAKE_CXX_COMPILER_ID STREQUAL GNU AND NETIO_X86_64_VERSIONS)
    set(programs server serial_client async_client kernel_tests)
    list(TRANSFORM programs REPLACE "(.+)" "$<TARGET_FILE:\\1>")
    add_test(NAME "build: no aligned moves of wide vectors on the stack"
        COMMAND ${CMAKE_COMMAND} -D COMPILER=${CMAKE_CXX_COMPILER} -D OBJDUMP=${CMAKE_OBJDUMP}
            -D SOURCE_DIR=${PROJECT_SOURCE_DIR} "-DPROGRAMS=${programs}"
            -P ${CMAKE_CURRENT_SOURCE_DIR}/aligned_moves.cmake)
endif()
if(CMAKE_SYSTEM_NAME STREQUAL Linux)
    add_test(NAME "scripts: they find the project, and their verdict is true"
        COMMAND sh ${CMAKE_CURRENT_SOURCE_DIR}/scripts_test.sh ${PROJECT_SOURCE_DIR})
    # A connect that no server answers. Other systems refuse it when the backlog is full.
    target_sources(client_tests PRIVATE async_client/connecting_test.cpp)
    target_sources(server_tests PRIVATE server/listening_test.cpp server/server_on_linux_test.cpp)
endif()
