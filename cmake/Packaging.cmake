# cpack in a build folder makes whydrop_VERSION_ARCH.deb and whydrop-VERSION-Linux.tar.gz of the installed program (packaging/README.md).
include(GNUInstallDirs)
install(FILES README.md DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(DIRECTORY docs DESTINATION ${CMAKE_INSTALL_DOCDIR} FILES_MATCHING PATTERN "*.md" PATTERN "*.svg" PATTERN "*.png")
install(DIRECTORY fixtures/checks DESTINATION ${CMAKE_INSTALL_DOCDIR}/examples)
install(FILES packaging/systemd/whydrop-watch@.service DESTINATION lib/systemd/system)
install(FILES packaging/debian/copyright DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(FILES packaging/debian/lintian-overrides DESTINATION ${CMAKE_INSTALL_DATADIR}/lintian/overrides RENAME whydrop)

# Debian wants them compressed, without a time in them.
find_program(GZIP_PROGRAM gzip)
if(GZIP_PROGRAM)
  set(changelog ${CMAKE_BINARY_DIR}/changelog.gz)
  add_custom_command(OUTPUT ${changelog} COMMAND ${GZIP_PROGRAM} -9nc ${CMAKE_SOURCE_DIR}/packaging/debian/changelog > ${changelog}
    DEPENDS packaging/debian/changelog VERBATIM)
  add_custom_target(whydrop_changelog ALL DEPENDS ${changelog})
  install(FILES ${changelog} DESTINATION ${CMAKE_INSTALL_DOCDIR})
  install(CODE "file(GLOB pages \"\$ENV{DESTDIR}\${CMAKE_INSTALL_PREFIX}/${CMAKE_INSTALL_MANDIR}/man1/whydrop*.1\")
    if(pages)
      execute_process(COMMAND ${GZIP_PROGRAM} -9nf \${pages})
    endif()")
endif()

set(CPACK_GENERATOR DEB TGZ)
set(CPACK_PACKAGE_NAME whydrop)
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "say why a WebSocket dropped")
set(CPACK_PACKAGE_DESCRIPTION "A protocol debugger for the command line. It connects, shows and
records every frame as it was on the wire, and ends with a verdict: who
ended the session, how, after which message, what most likely caused it,
on what evidence, and what to try next. It replays recordings, compares
them, plays servers that end sessions in every way, and runs checks in CI.")
set(CPACK_PACKAGE_VENDOR whydrop)
set(CPACK_PACKAGE_CONTACT "whydrop maintainers <maintainers@whydrop.invalid>" CACHE STRING "Who answers for a package")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION net)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
# Loaded when the first REST call is made; nothing else needs it.
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS "ca-certificates, libcurl4")
set(CPACK_DEBIAN_COMPRESSION_TYPE xz)
include(CPack)
