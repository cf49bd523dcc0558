# Development keys, certificates and tokens under var/. Sourced after common.sh; makes only what is missing.
# A real installation brings its own: nothing here is needed but the files' places and formats.

SECRETS=$JZ_VAR/secrets

make_secrets() {
  mkdir -p "$SECRETS" "$JZ_VAR/keys" "$JZ_VAR/tls" "$JZ_VAR/tokens"
  chmod 700 "$SECRETS"
  local service
  [[ -e $SECRETS/token-key.pem ]] ||
    openssl genpkey -quiet -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out "$SECRETS/token-key.pem"
  [[ -e $JZ_VAR/keys/development.pem ]] ||
    openssl pkey -in "$SECRETS/token-key.pem" -pubout -out "$JZ_VAR/keys/development.pem"
  for service in "${JZ_SERVICES[@]}"; do
    [[ -e $SECRETS/$service.sealing ]] || new_sealing_keys >"$SECRETS/$service.sealing"
    [[ -e $SECRETS/$service.page ]] || openssl rand -hex 32 >"$SECRETS/$service.page"
    [[ -e $SECRETS/$service.database ]] || openssl rand -hex 16 >"$SECRETS/$service.database"
  done
  chmod 600 "$SECRETS"/*
  [[ -e $JZ_VAR/tls/edge.pem ]] || make_certificates
}

new_sealing_keys() {
  echo "# key id, suite, sealing key, hash key; see common/crypto/sealer.h"
  echo "1 AES-256-GCM+HMAC-SHA-256 $(openssl rand -hex 32) $(openssl rand -hex 32)"
}

make_certificates() {
  (
    cd "$JZ_VAR/tls"
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 3650 -subj "/CN=Jingzhun development CA" \
      -keyout ca-key.pem -out ca.pem 2>/dev/null
    openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=localhost" -keyout edge-key.pem -out edge.csr 2>/dev/null
    printf 'subjectAltName=DNS:localhost,IP:127.0.0.1,IP:::1\n' >edge.ext
    openssl x509 -req -in edge.csr -CA ca.pem -CAkey ca-key.pem -CAcreateserial -days 825 -extfile edge.ext -out edge.pem 2>/dev/null
    rm -f edge.csr edge.ext
    chmod 600 ca-key.pem edge-key.pem
  )
}

base64url() { openssl base64 -A | tr '+/' '-_' | tr -d '='; }

# sign_token SUBJECT ROLES REGIONS LIFETIME_S: a JWT (RS256); roles and regions are comma-separated.
sign_token() {
  local now header claims signature
  now=$(date +%s)
  header=$(printf '{"alg":"RS256","typ":"JWT","kid":"development"}' | base64url)
  claims=$(printf '{"iss":"jingzhun","aud":"jingzhun","sub":"%s","iat":%d,"exp":%d,"roles":["%s"],"regions":["%s"]}' \
    "$1" "$now" $((now + $4)) "${2//,/\",\"}" "${3//,/\",\"}" | base64url)
  signature=$(printf '%s.%s' "$header" "$claims" | openssl dgst -sha256 -sign "$SECRETS/token-key.pem" -binary | base64url)
  printf '%s.%s.%s\n' "$header" "$claims" "$signature"
}

# Ready-made tokens of the demo's people: file name, subject, role, region. The two townships and their villages are those
# of the demo data (deploy/lib/demo/generator.cc).
demo_people() {
  cat <<'PEOPLE'
administrator administrator@demo administrator 230000000000
province-viewer viewer@demo viewer 230000000000
county-officer county@demo county_officer 230221000000
finance-maker maker@demo finance_maker 230221000000
finance-checker checker@demo finance_checker 230221000000
evaluator evaluator@demo evaluator 230000000000
PEOPLE
  local township village
  for township in 230221101 230221102; do
    echo "township-clerk-${township}000 township-$township@demo township_clerk ${township}000"
    for village in 200 201 202 203 204 205; do
      echo "village-clerk-$township$village village-$township$village@demo village_clerk $township$village"
    done
  done
  # The last one: its age tells that of all.
  echo "service service@demo service 000000000000"
}

make_tokens() {
  local lifetime=$((30 * 86400)) name subject role region
  # Renewed only when a day has passed, so that a second start is quick.
  [[ -n $(find "$JZ_VAR/tokens/service" -mtime -1 2>/dev/null) ]] && return 0
  while read -r name subject role region; do
    sign_token "$subject" "$role" "$region" "$lifetime" >"$JZ_VAR/tokens/$name"
  done < <(demo_people)
  # The short names stand for the first township and village.
  ln -sf township-clerk-230221101000 "$JZ_VAR/tokens/township-clerk"
  ln -sf village-clerk-230221101200 "$JZ_VAR/tokens/village-clerk"
  chmod 600 "$JZ_VAR/tokens"/*
}
