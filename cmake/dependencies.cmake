# SPDX-License-Identifier: MPL-2.0
# What the build needs. A missing library is named with its Debian package.
find_package(PkgConfig REQUIRED)

function(nssmime_require target module package)
	pkg_check_modules(${target} IMPORTED_TARGET ${module})
	if(NOT ${target}_FOUND)
		message(FATAL_ERROR "nssmime needs ${module}: "
			"on Debian, apt-get install ${package}")
	endif()
endfunction()

nssmime_require(NSS nss libnss3-dev)
nssmime_require(NSPR nspr libnspr4-dev)
nssmime_require(SQLITE sqlite3 libsqlite3-dev)
nssmime_require(ZLIB zlib zlib1g-dev)
nssmime_require(IDN2 libidn2 libidn2-dev)
nssmime_require(JSONC json-c libjson-c-dev)
nssmime_require(ASSUAN libassuan libassuan-dev)
nssmime_require(SECCOMP libseccomp libseccomp-dev)
nssmime_require(CURL libcurl libcurl4-openssl-dev)
if(NSSMIME_TESTS)
	nssmime_require(CMOCKA cmocka libcmocka-dev)
endif()
find_package(Threads REQUIRED)
