# shellcheck shell=bash
# The suites under AddressSanitizer, UndefinedBehaviorSanitizer and ThreadSanitizer; libFuzzer.

# The sanitizers need their shadow memory at fixed addresses. A kernel that randomizes many address
# bits (vm.mmap_rnd_bits over 28) may have used these addresses, and then a program dies at its
# start. So programs run under this prefix, which turns randomization off where that is permitted.
fixed_addresses=()
if setarch "$(uname -m)" -R true 2>/dev/null; then
    fixed_addresses=(setarch "$(uname -m)" -R)
fi

# AddressSanitizer reads the whole text at each call of strstr, so a test that counts words in a
# large text is slow. intercept_strstr=0 leaves that out.
with_asan() {
    local -x ASAN_OPTIONS=detect_leaks=1:detect_stack_use_after_return=1:allocator_may_return_null=1
    ASAN_OPTIONS+=:intercept_strstr=0
    local -x UBSAN_OPTIONS=print_stacktrace=1
    local prefix=("${fixed_addresses[@]}")
    build_and_run build-asan CC=gcc CXX=g++ --enable-werror --enable-asan
    try 'soak of 20000 requests' "${prefix[@]}" script/soak --asan 20000
}

with_tsan() {
    local -x TSAN_OPTIONS=second_deadlock_stack=1
    local prefix=("${fixed_addresses[@]}") only='^tests/(runtime|http|endpoints|daemon)/'
    build_and_run build-tsan CC=gcc CXX=g++ --enable-werror --enable-tsan
}

# Runs as many targets at a time as there are cores. A target leaves its findings in its folder.
with_fuzz() {
    local tree=build-fuzz seconds=${FUZZ_SECONDS-60} target corpus log found
    bootstrap_for fuzz || return 0
    echo "$tree: each target for $seconds s"
    if ! configure_tree $tree CC=clang CXX=clang++ --enable-werror --enable-fuzz; then
        count "build of $tree" 0 1
        return
    fi
    make_tree $tree fuzz-targets || return 0
    for target in tests/fuzz/fuzz_*.c; do
        corpus=${target##*/fuzz_} corpus=${corpus%.c}
        target=$tree/${target%.c}
        found=$tree/tests/fuzz/found-$corpus log=$target.log
        mkdir -p "$found"
        "${fixed_addresses[@]}" "$target" -max_total_time="$seconds" -max_len=4096 -timeout=60 \
            -print_final_stats=1 -artifact_prefix="$found/fault-" "$found" \
            "tests/fuzz/corpus-$corpus" >"$log" 2>&1 </dev/null &
        (($(jobs -pr | wc -l) < $(nproc))) || wait -n || true
    done
    wait
    for target in tests/fuzz/fuzz_*.c; do
        log=$tree/${target%.c}.log
        if grep -q '^stat::number_of_executed_units' "$log" && ! grep -q 'SUMMARY: \|ERROR: ' "$log"; then
            count "${target%.c}" 1 0 0 "$(sed -n 's/^stat::number_of_executed_units: *//p' "$log") runs"
        else
            count "${target%.c}" 0 1 0 "$log"
            show_end "$log"
        fi
    done
}
