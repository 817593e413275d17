# shellcheck shell=bash
# Checks that read files and run no test of the suites. Each check counts as one test.

# The highest exposure of the systemd unit that passes, of 100 (systemd-analyze security).
EXPOSURE_LIMIT=20
# The release of clang-format that defines the layout. Other releases differ in details.
CLANG_FORMAT_MAJOR=14

# Two messages of cppcheck are wrong here, so they are suppressed. readdir is safe because each
# thread reads a directory stream of its own. The symbols around an embedded file (src/web/files.c)
# belong to one object, so comparing their addresses is allowed.
lint_cppcheck() {
    cppcheck --quiet --error-exitcode=1 --inline-suppr --std=c11 --std=c++17 --library=posix \
        --enable=warning,performance,portability --suppress=missingIncludeSystem \
        --suppress=readdirCalled --suppress=comparePointers:src/web/files.c \
        -j "$(nproc)" -DHAVE_CONFIG_H -DHAVE_SYSTEMD -DKERNEL=portable -I src -I build-test src
}

lint_layout() {
    find src tests \( -name '*.[ch]' -o -name '*.cc' -o -name '*.cpp' \) -print0 |
        xargs -0 clang-format --dry-run --Werror
}

# Follows what a script sources, so this checks lib.sh and the files of test.d as well.
lint_shell() {
    local scripts
    mapfile -t scripts < <(grep -lsx '#!/usr/bin/env bash' script/* .ci/run)
    shellcheck --external-sources --check-sourced --source-path=script "${scripts[@]}"
}

# The unit names the daemon where it will be installed. systemd-analyze wants to find it there, so
# it checks a copy that names the daemon in build-test.
lint_units() {
    local units status=0
    units=$(mktemp -d)
    sed "s|^ExecStart=[^ ]*|ExecStart=$top/build-test/src/particled|" \
        build-test/systemd/particled.service >"$units/particled.service"
    cp systemd/particled.socket "$units"
    systemd-analyze verify --man=no "$units/particled.service" "$units/particled.socket" &&
        systemd-analyze security --offline=true --threshold=$EXPOSURE_LIMIT \
            "$units/particled.service" || status=$?
    rm -r "$units"
    return $status
}

with_lint() {
    bootstrap_for lint || return 0
    echo 'lint'
    build_test_tree || return 0
    try cppcheck lint_cppcheck
    if [[ $(clang-format --version) == *"version $CLANG_FORMAT_MAJOR."* ]]; then
        try clang-format lint_layout
    else
        count clang-format 0 0 1 "this is not release $CLANG_FORMAT_MAJOR"
    fi
    try 'includes of src' script/lint-includes
    try 'lint-includes --self-test' script/lint-includes --self-test
    try 'drawings of docs' script/drawings --check
    try shellcheck lint_shell
    try mandoc mandoc -T lint -W warning docs/*.[1-8]
    try systemd-analyze lint_units
    try 'list of mutations' script/mutate --check
}
