# Settings that every target of this project shares: language, warnings, visibility, sanitizers.

add_library(glacier_settings INTERFACE)
target_compile_features(glacier_settings INTERFACE cxx_std_20)
target_compile_options(glacier_settings INTERFACE
    -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Woverloaded-virtual)
if(GLACIER_WARNINGS_AS_ERRORS)
    target_compile_options(glacier_settings INTERFACE -Werror)
endif()

# Everything that runs must be built alike, Boost's sources included.
if(GLACIER_SANITIZE)
    add_compile_options(-fsanitize=${GLACIER_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
    add_link_options(-fsanitize=${GLACIER_SANITIZE})
    if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND GLACIER_SANITIZE MATCHES "thread")
        # GCC says that fences are not instrumented; Asio uses one for its reference counts.
        add_compile_options(-Wno-tsan)
    endif()
endif()
if(GLACIER_COVERAGE)
    add_compile_options(--coverage)
    add_link_options(--coverage)
endif()

# glacier_room(NAME SOURCES... LINK...): one room of src/ as an object library.
function(glacier_room name)
    cmake_parse_arguments(ROOM "" "" "SOURCES;LINK" ${ARGN})
    add_library(glacier_${name} OBJECT ${ROOM_SOURCES})
    target_include_directories(glacier_${name} PUBLIC
        $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include>
        $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/src>)
    target_link_libraries(glacier_${name} PRIVATE glacier_settings PUBLIC ${ROOM_LINK})
    set_target_properties(glacier_${name} PROPERTIES
        POSITION_INDEPENDENT_CODE ON
        CXX_VISIBILITY_PRESET hidden
        VISIBILITY_INLINES_HIDDEN ON)
endfunction()
