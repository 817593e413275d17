# shellcheck shell=bash
# The page in a real browser. What npm installs and what the tests write stay in build-test/page.

with_page() {
    local output=$top/build-test/page suite log
    bootstrap_for page || return 0
    build_test_tree || return 0
    mkdir -p "$output"
    echo "build-test/page: $(node --version), $(chromium --version 2>/dev/null || true)"
    if ! cmp -s tests/page/package.json "$output/package.json"; then
        cp tests/page/package.json "$output"
        if ! logged "$output/npm.log" npm install --prefix "$output" --no-audit --no-fund --no-package-lock; then
            rm "$output/package.json"
            count 'npm install' 0 1 0 "$output/npm.log"
            return
        fi
    fi
    for suite in tests/page/test_*.js; do
        suite=${suite##*/} suite=${suite%.js}
        log=$output/$suite.log
        PARTICLED=$top/build-test/src/particled PAGE_MODULES=$output PAGE_OUTPUT=$output \
            node --test-reporter=tap "tests/page/$suite.js" >"$log" 2>&1 </dev/null || true
        count_node "$log" "page/$suite"
    done
}
