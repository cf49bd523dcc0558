# The main job gives the published table, again when it is run again; then the first calls of the READMEs, a feed and an upload.
source "$JZ_SOURCE_DIR/tests/lib/suite.sh"
up
"$JZ_ROOT/deploy/demo"

result=$JZ_VAR/demo/result.json
expect "opening" "$(jq -c .flows.opening "$result")" '{"households":621,"persons":1574}'
expect "removed" "$(jq -c .flows.removed_wrongly_admitted "$result")" '{"households":237,"persons":642}'
expect "died out" "$(jq -c .flows.closed_by_death "$result")" '{"households":9,"persons":42}'
expect "retained" "$(jq -c .flows.retained "$result")" '{"households":206,"persons":528}'
expect "reverted" "$(jq -c .flows.reverted_exit "$result")" '{"households":169,"persons":362}'
expect "new" "$(jq -c .flows.newly_admitted "$result")" '{"households":98,"persons":195}'
expect "closing" "$(jq -c .flows.closing "$result")" '{"households":473,"persons":1085}'
# Only what the source itself contradicts may differ, and each difference is a finding.
expect "differences" "$(jq -c '[.checks[] | select(.equal | not) | .name]' "$result")" \
  '["insurance_contributions.total_fen","accident_insurance.total_fen","renovation_plan.plan_by_year"]'
for name in insurance accident_insurance renovation_plan.plan_by_year; do
  [[ $(jq --arg n "$name" '[.findings[] | select(.subject | contains($n))] | length' "$result") -ge 1 ]] ||
    fail "no finding about $name"
done
cp "$result" "$JZ_VAR/first.json"

# Debits equal credits over all accounts.
rest province-viewer GET "/v1/funds/trialBalance" >"$JZ_VAR/trial.json"
expect "trial balance" "$(<"$JZ_VAR/status")" 200
expect "debits" "$(jq -r .totalDebitsFen "$JZ_VAR/trial.json")" "$(jq -r .totalCreditsFen "$JZ_VAR/trial.json")"

# Again: every call is answered as before, nothing is doubled.
"$JZ_ROOT/deploy/demo" >/dev/null
cmp "$result" "$JZ_VAR/first.json" || fail "the second run gives another result"
rest province-viewer GET "/v1/funds/trialBalance" >"$JZ_VAR/trial-again.json"
cmp "$JZ_VAR/trial.json" "$JZ_VAR/trial-again.json" || fail "the second run moved money"

# The web side: health, manual, OpenAPI.
expect "healthz" "$(curl -s -o /dev/null -w '%{http_code}' --cacert "$JZ_VAR/tls/ca.pem" "$EDGE/healthz")" 200
expect "openapi" "$(curl -s --cacert "$JZ_VAR/tls/ca.pem" "$EDGE/openapi.json" | jq -r '.openapi | startswith("3.")')" true
expect "HTTP/2" "$(curl -s -o /dev/null -w '%{http_version}' --cacert "$JZ_VAR/tls/ca.pem" "$EDGE/healthz")" 2

# The first calls, word by word as both READMEs have them.
source "$JZ_ROOT/tests/lib/buf.sh"
[[ -x $BUF ]] || fail "no buf; tests/run installs it"
first_call() { # first_call README N: the N-th block of commands
  local commands
  commands=$(awk -v n="$2" '/^```sh/ {++block; inside = (block == n); next} /^```/ {inside = 0} inside' "$JZ_ROOT/$1" |
    sed -e "s#:8443#:$PORT_EDGE#g" -e "s#var/#$JZ_VAR/#g")
  (cd "$JZ_ROOT" && bash -euc "$commands")
}
for readme in README.md README.zh-CN.md; do
  expect "first REST call of $readme" "$(first_call "$readme" 2 | jq '.households | length')" 2
  expect "first gRPC call of $readme" "$(first_call "$readme" 3 | jq -r .closing.total.households)" 473
done

# A feed as lines of JSON, and a file as the body of a request, through the edge.
rest service GET "/v1/identification/changes?regionCode=230221101000&untilCurrent=true" >"$JZ_VAR/changes.ndjson"
expect "changes" "$(<"$JZ_VAR/status")" 200
(($(jq -r '.changes[]?.resource' "$JZ_VAR/changes.ndjson" | sort -u | wc -l) > 621)) || fail "the feed lacks households"
printf '\xef\xbb\xbf户编号,姓名\nH1,某\n' >"$JZ_VAR/wrong.csv"
rest county-officer POST "/v1/identification/households:import?regionCode=230221101000&mode=IMPORT_MODE_VALIDATE&requestId=e2e-upload" \
  -H 'Content-Type: text/csv' --data-binary "@$JZ_VAR/wrong.csv" >"$JZ_VAR/job.json"
expect "upload" "$(<"$JZ_VAR/status")" 200
job=$(jq -r .name "$JZ_VAR/job.json")
for ((tries = 0; tries < 100; tries++)); do
  rest county-officer GET "/v1/identification/$job/errors" >"$JZ_VAR/errors.json"
  [[ $(jq '.errors | length' "$JZ_VAR/errors.json") -gt 0 ]] && break
  sleep 0.1
done
expect "errors of the upload" "$(jq -r '.errors[0].reason' "$JZ_VAR/errors.json")" COLUMN_MISSING

# A second start is quick and safe.
before=$SECONDS
up >/dev/null
((SECONDS - before < 60)) || fail "the second deploy/up took $((SECONDS - before)) s"
echo "the main job is as published"
