# Read by the scripts beside it: finds a Python of 3.11 or newer and sets $python and $root.
root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
python=
for candidate in "$root/.venv/bin/python" python3 python3.14 python3.13 python3.12 python3.11 python; do
    if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
        python=$candidate
        break
    fi
done
if [ -z "$python" ]; then
    echo "${0##*/}: Python 3.11 or newer is needed, and none was found on the PATH" >&2
    exit 1
fi
# Only the launcher sees this; the service's processes have their own environment.
PYTHONPATH=$root${PYTHONPATH:+:$PYTHONPATH}
export PYTHONPATH
