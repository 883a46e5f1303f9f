#!/usr/bin/env bash
# Makes the Python stubs of the contract in generated/, with the python that is given (python3 otherwise). Those of
# google/api are in googleapis-common-protos; made twice, they would not load.
set -euo pipefail
cd "$(dirname "$0")"
mkdir -p generated
"${1:-python3}" -m grpc_tools.protoc --proto_path=../../proto \
    --python_out=generated --pyi_out=generated --grpc_python_out=generated ../../proto/signpost/v1/*.proto
