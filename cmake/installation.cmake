# SPDX-License-Identifier: MPL-2.0
# What "cmake --install" puts where, besides the programs: all of it below the
# prefix. Browsers and mail programs look for manifests in folders of their
# own, which no prefix moves: those are the component "browsers", which is
# installed by its name alone,
#     cmake --install build --component browsers
# for packages (DESTDIR moves it). Elsewhere "nssmime-host install" does that.

# People call the program by its name; what browsers start, and what looks for
# nssmime-fetch beside itself, is the program behind the link.
file(RELATIVE_PATH target
	${CMAKE_INSTALL_FULL_BINDIR}
	${CMAKE_INSTALL_FULL_LIBEXECDIR}/nssmime/nssmime-host)
set(link ${CMAKE_CURRENT_BINARY_DIR}/installed/nssmime-host)
file(MAKE_DIRECTORY ${CMAKE_CURRENT_BINARY_DIR}/installed)
file(CREATE_LINK ${target} ${link} SYMBOLIC)
install(FILES ${link} DESTINATION ${CMAKE_INSTALL_BINDIR})

file(GLOB pages CONFIGURE_DEPENDS packaging/man/*.1)
install(FILES ${pages} DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)

set(policies packaging/policies)
install(FILES ${policies}/policy.schema.json
	DESTINATION ${CMAKE_INSTALL_DATADIR}/nssmime)
install(DIRECTORY ${policies}/ DESTINATION ${CMAKE_INSTALL_DOCDIR}/policies
	FILES_MATCHING PATTERN "*.json" PATTERN policy.schema.json EXCLUDE)
# README.md is about a checkout.
install(FILES NEWS.md SECURITY.md docs/administrators.md docs/clients.md
	docs/glossary.md docs/users.md host/PROTOCOL.md
	DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(DIRECTORY docs/example DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(DIRECTORY docs/pictures DESTINATION ${CMAKE_INSTALL_DOCDIR}
	FILES_MATCHING PATTERN "*.png" PATTERN make EXCLUDE)

file(STRINGS host/caller.h NSSMIME_CHROMIUM_ID REGEX "define HOST_CHROMIUM_ID")
string(REGEX REPLACE ".*\"(.*)\".*" "\\1" NSSMIME_CHROMIUM_ID
	"${NSSMIME_CHROMIUM_ID}")
configure_file(cmake/install-manifests.cmake.in install-manifests.cmake @ONLY)
if(NOT APPLE)
	install(SCRIPT ${CMAKE_CURRENT_BINARY_DIR}/install-manifests.cmake
		COMPONENT browsers EXCLUDE_FROM_ALL)
endif()
