# SPDX-License-Identifier: MPL-2.0
# Warnings, hardening and sanitizers, for every target of the project.
add_compile_definitions(_GNU_SOURCE)
add_compile_options(
	-Wall -Wextra -Wshadow -Wconversion -Wsign-conversion
	-Wmissing-prototypes -Wstrict-prototypes -Wold-style-definition
	-Wcast-qual -Wwrite-strings -Wpointer-arith -Wbad-function-cast
	-Wundef -Wvla -Wformat=2 -Wnull-dereference
	-fno-common -fstack-protector-strong -fvisibility=hidden -fPIE)
if(NSSMIME_WERROR)
	add_compile_options(-Werror)
endif()
# Builds are the same, byte for byte, wherever the sources are.
add_compile_options(-ffile-prefix-map=${PROJECT_SOURCE_DIR}=.)
add_link_options(-Wl,-z,relro,-z,now -pie)
if(NSSMIME_SANITIZE)
	add_compile_options(-fsanitize=address,undefined -fno-omit-frame-pointer
		-fno-sanitize-recover=undefined -g)
	add_link_options(-fsanitize=address,undefined)
elseif(CMAKE_BUILD_TYPE MATCHES "Rel")
	add_compile_options(-D_FORTIFY_SOURCE=2)
endif()
if(NSSMIME_FUZZ)
	add_compile_options(-fsanitize=fuzzer-no-link)
endif()
