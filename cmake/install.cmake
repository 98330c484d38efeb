# cmake --install build/release --prefix FOLDER
include(GNUInstallDirs)

install(TARGETS server serial_client async_client
    RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(FILES README.md LICENSE replay/replay.html
    DESTINATION ${CMAKE_INSTALL_DOCDIR})
