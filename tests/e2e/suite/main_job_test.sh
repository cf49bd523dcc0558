# The main job gives the published table, again when it is run again; then first calls as the README shows them.
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

# Again: every call is answered as before, nothing is doubled.
"$JZ_ROOT/deploy/demo" >/dev/null
cmp "$result" "$JZ_VAR/first.json" || fail "the second run gives another result"

# Debits equal credits over all accounts.
rest province-viewer GET "/v1/funds/trialBalance" >"$JZ_VAR/trial.json"
if [[ $(<"$JZ_VAR/status") == 200 ]]; then
  expect "trial balance" "$(jq -r .totalDebitsFen "$JZ_VAR/trial.json")" "$(jq -r .totalCreditsFen "$JZ_VAR/trial.json")"
else
  fail "trial balance: $(<"$JZ_VAR/trial.json")"
fi

# The web side: health, manual, OpenAPI.
expect "healthz" "$(curl -s -o /dev/null -w '%{http_code}' --cacert "$JZ_VAR/tls/ca.pem" "$EDGE/healthz")" 200
expect "openapi" "$(curl -s --cacert "$JZ_VAR/tls/ca.pem" "$EDGE/openapi.json" | jq -r '.openapi | startswith("3.")')" true
expect "HTTP/2" "$(curl -s -o /dev/null -w '%{http_version}' --cacert "$JZ_VAR/tls/ca.pem" "$EDGE/healthz")" 2

# A second start is quick and safe.
before=$SECONDS
up >/dev/null
((SECONDS - before < 60)) || fail "the second deploy/up took $((SECONDS - before)) s"
echo "the main job is as published"
