#!/usr/bin/env bash
# One token whose iat is ten minutes ahead (a clock that is wrong), without nbf, with a good signature and exp: PyJWT 2.6.0 (Debian 12)
# refuses it, jsonwebtoken 9.0.3 and jose 6.2.18 (npm) take it. RFC 7519 section 4.1.6 asks for no check of iat.
# Guess before the run: all three take it.
# Seen:
#   PyJWT: ImmatureSignatureError The token is not yet valid (iat)
#   jsonwebtoken: accepted
#   jose: accepted
. "$(dirname "$0")/common.sh"
deb python3-jwt 2.6.0-1
npm_packages jsonwebtoken@9.0.3 jose@6.2.18
cat > "$work/verify.mjs" << 'JS'
import { createRequire } from "node:module";
import { jwtVerify } from "jose";
const jsonwebtoken = createRequire(import.meta.url)("jsonwebtoken");
const [token, key] = process.argv.slice(2);
try { jsonwebtoken.verify(token, key); console.log("jsonwebtoken: accepted"); } catch (error) { console.log("jsonwebtoken:", error.message); }
try { await jwtVerify(token, new TextEncoder().encode(key)); console.log("jose: accepted"); } catch (error) { console.log("jose:", error.message); }
JS
see verify "$work/verify.mjs" << 'PY'
import subprocess
import sys
import time
import jwt
KEY = "0123456789abcdef0123456789abcdef"
now = int(time.time())
token = jwt.encode({"iat": now + 600, "exp": now + 3600}, KEY, algorithm="HS256")
try:
    jwt.decode(token, KEY, algorithms=["HS256"])
    print("PyJWT: accepted")
except jwt.InvalidTokenError as error:
    print("PyJWT:", type(error).__name__, error)
print(subprocess.run(["node", sys.argv[1], token, KEY], capture_output=True, text=True, check=True).stdout, end="")
PY
expect "PyJWT: ImmatureSignatureError The token is not yet valid \(iat\)"
expect "jsonwebtoken: accepted"
expect "jose: accepted"
