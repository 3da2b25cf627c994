# Sourced by ../cohort and ../test, with $root the repository and $dotnet to be found: the SDK, and a build that no second build disturbs.

tool=$root/src/Cohort.Cli/bin/Release/net10.0/Cohort.Cli
stamp=$root/src/Cohort.Cli/obj/built

# Finds dotnet on the PATH or where Microsoft's script installs it, and lets the built program find the same one.
find_dotnet() {
    dotnet=$(command -v dotnet) || dotnet=${DOTNET_ROOT:-$HOME/.dotnet}/dotnet
    [ -x "$dotnet" ] || need_sdk "there is no dotnet on the PATH"
    local home
    home=$(dirname "$(readlink -f "$dotnet")")
    [ ! -d "$home/host/fxr" ] || export DOTNET_ROOT=${DOTNET_ROOT:-$home}
}

# Lets glibc ask for huge pages, which many systems give on request alone: large tensors then cost a page fault per 2 MiB (docs/memory.md).
ask_for_huge_pages() {
    case ${GLIBC_TUNABLES:-} in
        *glibc.malloc.hugetlb=*) ;;
        *) export GLIBC_TUNABLES=${GLIBC_TUNABLES:+$GLIBC_TUNABLES:}glibc.malloc.hugetlb=1 ;;
    esac
}

need_sdk() {
    cat >&2 <<EOF
Cohort needs the .NET 10 SDK, and $1.
Install it from https://dotnet.microsoft.com/download/dotnet/10.0, or into your home directory, without root, by
    curl -fsSL https://dot.net/v1/dotnet-install.sh | bash -s -- --channel 10.0
EOF
    exit 1
}

# True when a source or build file is newer than the last build that succeeded, or that build had other native libraries (COHORT_CUDA); a folder is
# newer when a file of it was deleted.
is_stale() {
    [ ! -x "$tool" ] || [ ! -e "$stamp" ] || [ "$(cat "$stamp")" != "cuda=${COHORT_CUDA:-0}" ] || [ -n "$(cd "$root" && find src eng Directory.* BannedSymbols.txt .editorconfig global.json \
        \( -name bin -o -name obj \) -prune -o -newer "$stamp" -print -quit)" ]
}

# build PROJECT [if-stale]: builds Release; prints nothing when it succeeds, and what the compiler says when it fails.
build() (
    cd "$root" || exit
    (cd src && for project in */; do mkdir -p "$project/bin" "$project/obj"; done)
    exec 9>"$stamp.lock"
    ! command -v flock >/dev/null || flock 9
    [ "${2:-}" != if-stale ] || is_stale || exit 0

    "$dotnet" --version >/dev/null 2>&1 9>&- || {
        output=$("$dotnet" --list-sdks 2>/dev/null | cut -d " " -f 1 | xargs)
        need_sdk "this machine has ${output:-none}"
    }
    echo "building…" >&2
    echo "cuda=${COHORT_CUDA:-0}" >"$stamp.new"
    # No servers are left behind: they would take memory from training, and hold the lock.
    output=$(DOTNET_NOLOGO=1 "$dotnet" build "$1" --configuration Release --disable-build-servers \
        --nologo -tl:off --verbosity quiet "-clp:NoSummary;ErrorsOnly" 2>&1 9>&-) || {
        code=$?
        printf '%s\n' "$output" >&2
        exit "$code"
    }
    mv "$stamp.new" "$stamp"
)
