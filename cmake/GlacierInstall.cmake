include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

install(TARGETS glacier glacier_boost
    EXPORT glacierTargets
    ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR}
    LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(DIRECTORY include/glacier DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} FILES_MATCHING PATTERN "*.hpp")
install(EXPORT glacierTargets NAMESPACE glacier:: DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/glacier)

configure_package_config_file(cmake/glacierConfig.cmake.in ${CMAKE_CURRENT_BINARY_DIR}/glacierConfig.cmake
    INSTALL_DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/glacier)
write_basic_package_version_file(${CMAKE_CURRENT_BINARY_DIR}/glacierConfigVersion.cmake
    COMPATIBILITY SameMinorVersion)
install(FILES
    ${CMAKE_CURRENT_BINARY_DIR}/glacierConfig.cmake
    ${CMAKE_CURRENT_BINARY_DIR}/glacierConfigVersion.cmake
    DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/glacier)

if(GLACIER_BUILD_TOOLS)
    # Targets of their own, because only they need SQLite.
    install(TARGETS glacier_emulator
        EXPORT glacierEmulatorTargets
        ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR}
        LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR})
    install(EXPORT glacierEmulatorTargets NAMESPACE glacier::
        DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/glacier)
    install(TARGETS glacier_program glacier_emulator_program RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
endif()
