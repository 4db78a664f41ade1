# shellcheck shell=bash
# Downloads the pinned files of downloads.txt: resumed when cut, checked, kept in $cache/downloads.
# Sourced by setup.sh, which supplies say(), fail() and $cache.
pins=$PWD/cmake/downloads.txt
: "${cache:?}"

# set -> lines "package bytes sha256 file"
pinned() { awk -v set="$1" '$1 == set { print $2, $4, $5, $6 }' "$pins"; }

bytes_of() { stat -c %s "$1" 2>/dev/null || echo 0; }

# Bytes still to be downloaded for the sets named. The GPU half ("link" is a part of it) comes out of
# torch's wheel too, and out of NCCL's.
missing_bytes() {
  local set package bytes sha file total=0
  if [[ " $* " =~ \ (cuda|link)\  ]]; then
    [[ " $* " == *' torch '* ]] || set -- torch "$@"
    set -- nccl "$@"
  fi
  for set in "$@"; do
    while read -r package bytes sha file; do
      [ -f "$cache/downloads/$file" ] ||
        total=$((total + bytes - $(bytes_of "$cache/downloads/$file.part")))
    done < <(pinned "$set")
  done
  echo "$total"
}

# The package index that pip would ask.
find_index() {
  local pip
  index=${PIP_INDEX_URL:-}
  pip=$(command -v pip3 || command -v pip || true)
  [ -n "$index" ] || [ -z "$pip" ] || index=$("$pip" config get global.index-url 2>/dev/null) || true
  index=${index:-https://pypi.org/simple}
  index=${index%/}
  # A private index often has a private certificate authority.
  [ -z "${PIP_CERT:-}" ] || export CURL_CA_BUNDLE=${CURL_CA_BUNDLE:-$PIP_CERT}
}

curl_meaning() {  # curl's exit status -> what it means to the user
  case $1 in
    5 | 6 | 7 | 28 | 35 | 52 | 56) echo 'the network or the server cannot be reached' ;;
    22) echo 'the server refused (HTTP error)' ;;
    23) echo 'the file cannot be written; is the disk full?' ;;
    60 | 77) echo "the server's certificate is not trusted" ;;
    *) echo 'the download failed' ;;
  esac
}

no_download() {  # file, url, curl's exit status
  local where=$2 mend='check the network (and https_proxy, PIP_INDEX_URL)'
  case $3 in
    23) where=$cache/downloads mend='free some space' ;;
    60 | 77) mend='set PIP_CERT to a file with the certificate authority of your network' ;;
  esac
  fail "cannot download $1: $(curl_meaning "$3") (curl $3)" "$where" \
    "$mend, then run this again: it goes on where it stopped"
}

# Prints the address of a file, read from the index's page of its package (PEP 503).
address_of() {  # package, file
  local page=$index/$1/ answer status=0 base href
  answer=$(curl -fsSL --connect-timeout 20 --max-time 120 --retry 2 -H 'Accept: text/html' \
    -w '\n%{url_effective}' "$page" 2>/dev/null) || status=$?
  [ "$status" -eq 0 ] || no_download "$2" "$page" "$status"
  base=${answer##*$'\n'}
  # One tag a line; the file's name is the text of its link.
  href=$(tr '<' '\n' <<<"$answer" | awk -v file=">$2" '
    substr($0, length($0) - length(file) + 1) == file && match($0, /href="[^"#]*/) {
      print substr($0, RSTART + 6, RLENGTH - 6); exit }')
  href=${href//&amp;/&}
  case $href in
    '') fail "the package index does not have $2" "$page" \
      'set PIP_INDEX_URL to an index that has it, such as https://pypi.org/simple' ;;
    *://*) echo "$href" ;;
    /*) [[ $base =~ ^[a-z]+://[^/]+ ]] && echo "${BASH_REMATCH[0]}$href" ;;
    *) echo "${base%/*}/$href" ;;
  esac
}

# Calls curl until the file is whole; gives up after three tries that brought nothing.
transfer() {  # url, part, bytes
  local before status idle=0 bar=--silent
  [ ! -t 2 ] || bar=--progress-bar
  while [ "$(bytes_of "$2")" -lt "$3" ]; do
    before=$(bytes_of "$2") status=0
    curl -fL $bar --connect-timeout 20 --speed-limit 1024 --speed-time 60 -C - -o "$2" "$1" ||
      status=$?
    [ "$status" -ne 23 ] || return 23
    [ "$status" -ne 33 ] || rm -f "$2"  # a server that cannot resume
    if [ "$(bytes_of "$2")" -gt "$before" ]; then idle=0; else idle=$((idle + 1)); fi
    [ "$idle" -lt 3 ] || return "$((status ? status : 18))"
    [ "$status" -eq 0 ] || sleep 2
  done
}

fetch() {  # package, bytes, sha256, file
  local target=$cache/downloads/$4 url status try had
  [ ! -f "$target" ] || return 0
  url=$(address_of "$1" "$4")
  for try in first second; do
    had=$(($(bytes_of "$target.part") / 1000000))
    say "downloading $1 ($(($2 / 1000000)) MB$([ "$had" -eq 0 ] || echo ", $had there already"))"
    status=0
    transfer "$url" "$target.part" "$2" || status=$?
    [ "$status" -eq 0 ] || no_download "$4" "$url" "$status"
    if sha256sum --status -c <<<"$3  $target.part"; then
      mv "$target.part" "$target"
      return 0
    fi
    rm -f "$target.part"
    say "$4 came out corrupt ($try try) and is deleted"
  done
  fail "$4 is corrupt: its SHA-256 is not ${3:0:16}..." "$url" \
    'the index or a proxy on the way changes the file: set PIP_INDEX_URL to another index'
}

fetch_set() {
  local package bytes sha file
  while read -r package bytes sha file; do
    fetch "$package" "$bytes" "$sha" "$file"
  done < <(pinned "$1")
}
