#!/usr/bin/env bash
# Installs what a build needs and this machine lacks: system packages, and libtorch in .deps.
# Says nothing when nothing is missing. With --gpu, CUDA's libraries are installed too.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

torch=2.11.0
site=.deps/site

say() { printf '%s\n' "$1" >&2; }
fail() {
  say "error: $1"
  exit 1
}
has() { command -v "$1" >/dev/null 2>&1; }
has_library() { pkg-config --exists "$1" 2>/dev/null; }

gpu=no
case "${1-}" in
  '') ;;
  --gpu) gpu=yes ;;
  *) fail "unknown option '$1': Scripts/setup.sh takes --gpu or nothing" ;;
esac
[ "$(uname -s)" = Linux ] || fail "PriorLab is made for Linux"

# ---- libtorch: what must be there

needed="torch-$torch.dist-info/METADATA torch/include/ATen/ATen.h"
# libtorch_cpu.so does not load without CUDA's run-time and profiling libraries.
needed="$needed torch/lib/libtorch_cpu.so torch/lib/libc10.so torch/lib/libgomp.so.1
  nvidia/cu13/lib/libcudart.so.13 nvidia/cu13/lib/libcupti.so.13"
[ $gpu = no ] || needed="$needed torch/lib/libtorch_cuda.so nvidia/cudnn/lib/libcudnn.so.9"

# pip's own records say "installed" of a folder that another install has half emptied.
is_complete() {
  local file
  for file in $needed; do
    [ -s "$1/$file" ] || return 1
  done
}

find_python() {
  local python
  for python in python3 /usr/bin/python3; do
    if "$python" -m pip --version >/dev/null 2>&1; then
      printf '%s\n' "$python"
      return
    fi
  done
  return 1
}

# ---- System packages, by Debian's names

missing_packages() {
  has git || echo git
  has pkg-config || echo pkg-config
  has_library hdf5-serial || has_library hdf5 || echo libhdf5-dev
  has h5dump || echo hdf5-tools
  has_library libpng || echo libpng-dev
  has_library libarchive || echo libarchive-dev
  has_library zlib || echo zlib1g-dev
  has_library libcrypto || echo libssl-dev
  has gnuplot || echo gnuplot-nox
  # Figures are the same bytes everywhere only with the same font.
  ! has apt-get || [ -n "$(fc-list 'Liberation Sans' 2>/dev/null)" ] || echo fonts-liberation
  is_complete $site || find_python >/dev/null || echo python3-pip
}

install_packages() {
  local as_root='' install="apt-get -qq install -y --no-install-recommends $1"
  if [ "$(id -u)" -ne 0 ]; then
    if has sudo && { sudo -n true 2>/dev/null || [ -t 0 ]; }; then
      as_root=sudo
    else
      fail "packages are missing; run this as root, then try again: apt-get update && $install"
    fi
  fi
  say "Installing with apt-get: $1"
  # A foreign package source that does not answer need not matter here.
  $as_root apt-get -qq update >&2 || true
  # shellcheck disable=SC2086  # one word each
  $as_root env DEBIAN_FRONTEND=noninteractive $install >&2 ||
    fail "apt-get could not install them; the lines above say why"
}

packages=$(missing_packages | xargs)
if [ -n "$packages" ]; then
  if has apt-get; then
    install_packages "$packages"
    packages=$(missing_packages | xargs)
    [ -z "$packages" ] || fail "apt-get has installed them, but these are still not found: $packages"
  else
    fail "these are missing (Debian's names): $packages. Install what your system has for them, \
then try again"
  fi
fi

# ---- Swift

version=$(swift --version 2>/dev/null | sed -n 's/.*Swift version \([0-9]*\)\.\([0-9]*\).*/\1 \2/p' || true)
read -r major minor <<<"${version:-0 0}"
if [ "$major" -lt 6 ] || { [ "$major" -eq 6 ] && [ "$minor" -lt 1 ]; }; then
  fail "Swift 6.1 or newer is needed: install it as swift.org/install says, then try again"
fi

# ---- libtorch

# Each installation works in a folder of this name; a killed one leaves it behind.
work=.deps/new
if is_complete $site && ! compgen -G "$work.*" >/dev/null; then exit 0; fi

mkdir -p .deps
if has flock; then
  exec 9>.deps/lock
  flock -n 9 || {
    say "Waiting for another installation of libtorch"
    flock 9
  }
  rm -rf "$work".*
fi
if is_complete $site; then exit 0; fi

# All is made in a fresh folder and renamed at the end: pip cannot complete a folder that is there,
# and an interrupted installation must not look like a finished one.
new=$PWD/$work.$$
trap 'rm -rf "$new"' EXIT
mkdir -p "$new/tmp"

packages="torch==$torch nvidia-cuda-runtime==13.0.96 nvidia-cuda-cupti==13.0.85"
only=--no-deps
if [ $gpu = yes ]; then
  only=''
  say "Installing libtorch $torch with CUDA in .deps: 2.7 GB to download, 4.6 GB on disk (8 GB meanwhile)"
else
  say "Installing libtorch $torch in .deps: 550 MB to download, 500 MB on disk (1.6 GB meanwhile)"
fi

quiet=''
[ -t 2 ] || quiet=--quiet
# The Python version is fixed because the wheel's Python part is not used, and so that any Python
# will do. pip unpacks in TMPDIR first, and /tmp is often small.
# shellcheck disable=SC2086  # one word each, or none
TMPDIR=$new/tmp PIP_USER=no PIP_REQUIRE_VIRTUALENV=no PIP_ROOT_USER_ACTION=ignore \
  "$(find_python)" -m pip install $quiet $only --disable-pip-version-check --no-compile \
  --only-binary=:all: --python-version 3.11 --target "$new/site" $packages >&2 ||
  fail "pip could not install libtorch; its message is above. Run 'make setup' to try again"

if [ $gpu = no ]; then
  mkdir "$new/cpu" "$new/cpu/torch"
  mv "$new"/site/*.dist-info "$new/cpu"
  mv "$new/site/torch/include" "$new/site/torch/lib" "$new/cpu/torch"
  (
    cd "$new/cpu/torch/lib"
    rm -rf libtorch_cuda* libtorch_nvshmem* libtorch_python* libc10_cuda* libcaffe2_nvrtc* libshm*
  )
  mkdir -p "$new/cpu/nvidia/cu13/lib"
  mv "$new"/site/nvidia/cu13/lib/lib{cudart.so.13,cupti.so.13} "$new/cpu/nvidia/cu13/lib"
  rm -rf "$new/site"
  mv "$new/cpu" "$new/site"
fi

is_complete "$new/site" || fail "pip has left out files of libtorch. Run 'make setup' to try again"
if has ldd; then
  absent=$(ldd "$new/site/torch/lib/libtorch_cpu.so" | sed -n 's/^[[:space:]]*\(.*\) => not found/\1/p')
  [ -z "$absent" ] || fail "libtorch_cpu.so needs libraries that are not here: $absent"
fi

# A folder is replaced by two renames, because its removal could be interrupted too.
[ ! -e $site ] || mv $site "$new/old"
mv "$new/site" $site
say "libtorch $torch is in .deps"
