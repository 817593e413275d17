# shellcheck shell=bash
# Builds a tree and runs its suites: the test programs of make check.

# bootstrap_for GROUP...: installs the packages of the groups; failing to is one failure.
bootstrap_for() { script/bootstrap "$@" || { count "packages for $*" 0 1 && return 1; }; }

# The suites that run: those whose names match $only and not $except, both extended regular
# expressions. valgrind is slow, so only with_tools runs its suite.
only=. except='^tests/interop/test_valgrind$'

# suites_of TREE: prints the suites that run.
suites_of() {
    # shellcheck disable=SC2016 # make expands $(TESTS)
    printf 'print:\n\t@printf "%%s\\n" $(TESTS)\n' | make -s -C "$1" -f Makefile -f - print |
        grep -E "$only" | grep -vE "$except" || true
}

# run_suites TREE SUITE...: runs the suites, each under the command $runner, make itself under the
# command $prefix.
prefix=() runner=
run_suites() {
    local tree=$1 suite
    if (($# == 1)); then
        count "suites of $tree" 0 1 0 'there are none'
        return
    fi
    for suite in "${@:2}"; do
        rm -f "$tree/$suite.trs" "$tree/$suite.log"
    done
    # count_suite reads the results from files, so the exit status of make adds nothing.
    "${prefix[@]}" make -C "$tree" -j"$(nproc)" check-TESTS check_PROGRAMS= check_LIBRARIES= \
        TESTS="${*:2}" LOG_COMPILER="$runner" >"$tree/check.log" 2>&1 </dev/null || true
    for suite in "${@:2}"; do
        count_suite "$tree" "$suite"
    done
}

# make_tree TREE TARGET...: runs make with its output in build.log; a failure counts as one.
make_tree() {
    logged "$1/build.log" make -C "$1" -j"$(nproc)" "${@:2}" ||
        { count "build of $1" 0 1 && return 1; }
}

# build_and_run TREE CONFIGURE-ARGUMENT...: builds the programs and the suites, then runs them.
build_and_run() {
    local tree=$1 suites
    echo "$tree: ${*:2}"
    if ! build_tree "$@"; then
        count "build of $tree" 0 1
        return
    fi
    if ! grep -qF '"HAVE_CURL_TRUE"]=""' "$tree/config.status"; then
        count 'check and libcurl' 0 1 0 "configure did not find them, see $tree/config.log"
        return
    fi
    mapfile -t suites < <(suites_of "$tree")
    make_tree "$tree" "${suites[@]}" || return 0
    run_suites "$tree" "${suites[@]}"
}

# Builds the programs in build-test, without the suites.
build_test_tree() {
    build_tree build-test CC=gcc CXX=g++ --enable-werror ||
        { count 'build of build-test' 0 1 && return 1; }
}

with_gcc() { build_and_run build-test CC=gcc CXX=g++ --enable-werror; }

with_clang() {
    bootstrap_for clang || return 0
    build_and_run build-clang CC=clang CXX=clang++ --enable-werror
}

with_distcheck() {
    echo 'distcheck'
    build_test_tree || return 0
    try distcheck make -C build-test -j"$(nproc)" distcheck
}
