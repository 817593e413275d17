# shellcheck shell=bash
# particled together with other programs: valgrind, tcmalloc, NumPy, pandas, gzip, zstd.

with_tools() {
    local only='^tests/interop/test_valgrind$' except='^$'
    bootstrap_for tools || return 0
    with_gcc
    only='^tests/(interop/test_pprof|endpoints/test_profiles|endpoints/bench/test_bench_post)$'
    build_and_run build-tcmalloc CC=gcc CXX=g++ --enable-werror --enable-tcmalloc
}

with_formats() {
    local tree=build-test format
    bootstrap_for formats || return 0
    echo "$tree: formats of other programs"
    build_test_tree || return 0
    start_daemon $tree $tree/tests/formats.log
    for format in numpy tools; do
        /usr/bin/python3 tests/formats/test_$format.py "$url" >$tree/tests/test_$format.log 2>&1 || true
        count_script $tree/tests/test_$format.log "formats/test_$format"
    done
    kill "$daemon"
    wait "$daemon" || count 'end of the daemon' 0 1 0 $tree/tests/formats.log
}
