#!/usr/bin/env bash
# Writes ../java/io/fastvif/bindings/linux anew from linux.h and includes.txt. Needs jextract on the PATH; without
# it the sources stay as they are. The same jextract, libclang and headers give the same bytes.
set -euo pipefail
export LC_ALL=C
cd "$(dirname "$0")"

package=io.fastvif.bindings.linux
target=../java/${package//.//}

if ! command -v jextract >/dev/null; then
  echo "regenerate.sh: no jextract on the PATH; the bindings were left as they are." >&2
  echo "regenerate.sh: native-bindings/README.md says how to build it." >&2
  exit 1
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# A copy, so that no path of this machine is in reach of the output.
cp linux.h includes.txt "$work"
(cd "$work" && jextract @includes.txt --target-package "$package" --output out linux.h)
out=$work/out/${package//.//}

# jextract ignores in silence an included symbol that the headers do not have.
missing=0
while read -r option name; do
  case $option in
    --include-constant) grep -qE "^    public static [A-Za-z]+ $name\(\) \{" "$out"/linux_h*.java ;;
    --include-function) grep -qE "^    public static ([A-Za-z]+ $name\\(|class $name \\{)" "$out"/linux_h*.java ;;
    --include-struct | --include-union | --include-typedef) test -f "$out/$name.java" ;;
    '' | '#') continue ;;
    *) echo "regenerate.sh: includes.txt: unknown option $option" >&2 && exit 1 ;;
  esac || {
    echo "regenerate.sh: the headers have no ${option#--include-} $name" >&2
    missing=1
  }
done <includes.txt
if [ "$missing" = 1 ]; then
  echo "regenerate.sh: the bindings were left as they are." >&2
  exit 1
fi

# SymbolLookup.findOrThrow came with Java 23, and the module is compiled for 22.
# Constants become public fields too: javac then inlines them and takes them as case labels, and a program that
# only reads constants does not load the class that holds them.
sed -i -E \
  -e 's/SYMBOL_LOOKUP\.findOrThrow\(("[^"]*")\)/SYMBOL_LOOKUP.find(\1).orElseThrow()/' \
  -e 's/^    private static final (int|long|byte|short) ([A-Za-z_0-9]+) = (\([a-z]+\))?(-?[0-9]+L?);$/    public static final \1 \2 = \3\4;/' \
  "$out"/*.java
if grep -q findOrThrow "$out"/*.java; then
  echo "regenerate.sh: findOrThrow is left in the output: this jextract writes it another way" >&2
  exit 1
fi

mkdir -p "$target"
rm -f "$target"/*.java
cp "$out"/*.java "$target"
echo "regenerate.sh: wrote $(find "$target" -name '*.java' | wc -l) files"
