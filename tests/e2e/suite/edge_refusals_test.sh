# What a client gets at the edge for bad tokens, regions and input: a clear error, and nothing changes.
source "$JZ_SOURCE_DIR/tests/lib/suite.sh"
up

list=/v1/identification/households?regionCode=230221101000
reason() { jq -r .reason "$JZ_VAR/body"; }

expect "no token" "$(curl -s -o "$JZ_VAR/body" -w '%{http_code}' --cacert "$JZ_VAR/tls/ca.pem" "$EDGE$list")" 401
expect "no token" "$(reason)" TOKEN_MISSING
sign_token viewer@demo viewer 230000000000 -60 >"$JZ_VAR/tokens/expired"
rest expired GET "$list" >/dev/null
expect "expired" "$(<"$JZ_VAR/status") $(reason)" "401 TOKEN_EXPIRED"
sed 's/\.[^.]*$/.AAAA/' "$JZ_VAR/tokens/province-viewer" >"$JZ_VAR/tokens/forged"
rest forged GET "$list" >/dev/null
expect "forged" "$(<"$JZ_VAR/status")" 401
sign_token stranger@demo viewer 220000000000 600 >"$JZ_VAR/tokens/stranger"
rest stranger GET "$list" >/dev/null
expect "another province" "$(<"$JZ_VAR/status") $(reason)" "403 REGION_OUT_OF_SCOPE"
rest province-viewer POST /v1/identification/parameters:set -H 'Content-Type: application/json' -d '{}' >/dev/null
expect "a viewer does not write" "$(<"$JZ_VAR/status") $(reason)" "403 PERMISSION_MISSING"

json() { rest administrator POST /v1/identification/parameters:set -H 'Content-Type: application/json' "$@" >/dev/null; }
json -d '{"nonsense": 1}'
expect "unknown field" "$(<"$JZ_VAR/status")" 400
json -d '{"parameters": "x"}'
expect "wrong type" "$(<"$JZ_VAR/status")" 400
json -d '{"parameters": [{"kind": "x", "value": "99999999999999999999"}]}'
expect "number out of range" "$(<"$JZ_VAR/status")" 400
json -d "$(printf '{"parameters":%.0s' {1..200})"
expect "deep nesting" "$(<"$JZ_VAR/status")" 400
head -c 6000000 /dev/zero | tr '\0' ' ' >"$JZ_VAR/huge"
json --data-binary "@$JZ_VAR/huge"
expect "huge body" "$(<"$JZ_VAR/status")" 413
rest province-viewer GET "$list&pageToken=forged" >/dev/null
expect "forged page token" "$(<"$JZ_VAR/status") $(reason)" "400 PAGE_TOKEN_INVALID"
rest province-viewer GET /v1/nothing >/dev/null
expect "unknown path" "$(<"$JZ_VAR/status")" 404

# gRPC through the edge, with the protos of this checkout.
source "$JZ_ROOT/tests/lib/buf.sh"
[[ -x $BUF ]] || fail "no buf; tests/run installs it"
answer=$("$BUF" curl --cacert "$JZ_VAR/tls/ca.pem" --protocol grpc \
  -H "Authorization: Bearer $(token province-viewer)" --timeout 10s -d '{"regionCode": "230221101000"}' \
  "$EDGE/jingzhun.identification.v1.RegisterService/ListHouseholds")
expect "buf curl" "$(jq -c . <<<"$answer")" '{}'
echo "the edge refuses what it must"
