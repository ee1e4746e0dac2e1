// Keys, passwords in URLs and in configuration: no issuer, so the checks carry the weight.

#include "image/secrets/rule.hpp"

namespace yagura::image::internal {
namespace {

using enum model::Severity;
using enum SecretCheck;

constexpr SecretRule kRules[] = {
    {.id = "private-key",
     .title = "Private key",
     .severity = kCritical,
     .keywords = "-----BEGIN",
     .pattern =
         R"re((-----BEGIN (?:(?:RSA|DSA|EC|OPENSSH|ENCRYPTED|ANY|PGP) )?PRIVATE KEY(?: BLOCK)?-----[A-Za-z0-9+/=\s\\nr:,.()_-]{40,}))re",
     .check = kPrivateKey,
     .in_binaries = true,
     .reach = 16384},
    {.id = "putty-private-key",
     .title = "PuTTY private key",
     .severity = kCritical,
     .keywords = "PuTTY-User-Key-File-",
     .pattern = R"re((PuTTY-User-Key-File-[23]: [a-z0-9-]+\s+Encryption: none))re"},
    {.id = "jwt",
     .title = "JSON web token",
     .severity = kMedium,
     .keywords = "eyJ",
     .pattern = R"re(\b(eyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{20,}))re",
     .check = kJwt,
     .reach = 7000},
    {.id = "url-password",
     .title = "Password in a URL",
     .severity = kHigh,
     .keywords =
         "postgres:// postgresql:// mysql:// mariadb:// mongodb:// mongodb+srv:// redis:// "
         "rediss:// amqp:// amqps:// ftp:// sftp:// ldap:// ldaps:// mssql:// sqlserver:// "
         "clickhouse:// smtp:// smtps:// nats:// kafka:// couchbase:// neo4j:// cassandra://",
     .pattern =
         R"re(\b(?:postgres(?:ql)?|mysql|mariadb|mongodb(?:\+srv)?|rediss?|amqps?|s?ftp|ldaps?|mssql|sqlserver|clickhouse|smtps?|nats|kafka|couchbase|neo4j|cassandra)://[^\s:@/"'<>]{0,80}:([^\s@/"'<>]{3,120})@[A-Za-z0-9\[][A-Za-z0-9.-]{0,80})re",
     .check = kUrlPassword},
    {.id = "http-url-password",
     .title = "Password in a web address",
     .severity = kHigh,
     .keywords = "http:// https://",
     .pattern =
         R"re(\bhttps?://[^\s:@/"'<>]{1,80}:([^\s@/"'<>]{6,120})@[A-Za-z0-9\[][A-Za-z0-9.-]{0,80})re",
     .check = kUrlPassword,
     .then = "@"},
    {.id = "netrc-password",
     .title = "Password in .netrc",
     .severity = kHigh,
     .keywords = "machine",
     .pattern =
         R"re((?m)^\s{0,8}machine\s+\S{1,200}\s+login\s+\S{1,100}\s+password\s+(\S{3,200}))re",
     .check = kUrlPassword,
     .then = "login",
     .reach = 600},
    {.id = "pgpass-password",
     .title = "Password in .pgpass",
     .severity = kHigh,
     .keywords = ":5432:",
     .pattern =
         R"re((?m)^[A-Za-z0-9.*_-]{1,200}:5432:[^:\s]{1,80}:[^:\s]{1,80}:([^\s:]{3,120})$)re",
     .check = kUrlPassword},
    {.id = "htpasswd",
     .title = "Password hash",
     .severity = kLow,
     .keywords = ":$apr1$ :$2y$ :$2a$ :$2b$ :{SHA}",
     .pattern =
         R"re((?m)^[A-Za-z0-9._@-]{1,80}:(\$apr1\$[./A-Za-z0-9]{1,8}\$[./A-Za-z0-9]{22}|\$2[aby]\$\d\d\$[./A-Za-z0-9]{53}|\{SHA\}[A-Za-z0-9+/]{27}=))re",
     .check = kHtpasswd},
    {.id = "shadow-hash",
     .title = "Password hash of a system user",
     .severity = kMedium,
     .keywords = ":$6$ :$y$ :$5$ :$1$",
     .pattern = R"re((?m)^[a-z_][a-z0-9_-]{0,31}:(\$(?:6|5|y|1|gy)\$[./A-Za-z0-9$=,]{20,140}):)re",
     .check = kHtpasswd},
    {.id = "basic-authorization",
     .title = "Authorization header with a password",
     .severity = kMedium,
     .keywords = "authorization",
     .pattern =
         R"re((?i)authorization["']?\s{0,4}[:=]\s{0,4}["']?basic\s+([A-Za-z0-9+/]{12,400}={0,2}))re",
     .check = kEntropy,
     .entropy = 3.2,
     .reach = 500},
    {.id = "bearer-authorization",
     .title = "Authorization header with a token",
     .severity = kMedium,
     .keywords = "authorization",
     .pattern =
         R"re((?i)authorization["']?\s{0,4}[:=]\s{0,4}["']?bearer\s+([A-Za-z0-9_.~+/-]{20,400}=*))re",
     .check = kEntropy,
     .entropy = 3.8,
     .reach = 500},
    {.id = "password-assignment",
     .title = "Password in configuration",
     .severity = kMedium,
     .keywords = "password= passwd= password: password\" _password _passwd",
     .pattern =
         R"re((?i)\b(?:[a-z0-9]{1,30}[_.-])?(?:password|passwd)["']?\s{0,3}[:=]\s{0,3}["']([^\s"'$<>{}%(),;\\]{8,64})["'])re",
     .check = kEntropy,
     .entropy = 3.4},
    {.id = "environment-secret",
     .title = "Secret in an environment file",
     .severity = kMedium,
     .keywords =
         "_PASSWORD= _PASSWD= _SECRET= _TOKEN= _API_KEY= _APIKEY= _PRIVATE_KEY= _ACCESS_KEY= "
         "_SECRET_KEY= _ENCRYPTION_KEY= _AUTH_KEY= _CREDENTIALS=",
     .pattern =
         R"re((?m)^(?:export\s{1,4}|ENV\s{1,4}|ARG\s{1,4})?[A-Z][A-Z0-9_]{0,60}_(?:PASSWORD|PASSWD|SECRET|TOKEN|API_?KEY|PRIVATE_KEY|ACCESS_KEY|SECRET_KEY|ENCRYPTION_KEY|AUTH_KEY|CREDENTIALS)=["']?([^\s"'$<>{}%(]{8,200}))re",
     .check = kEntropy,
     .entropy = 3.0},
    {.id = "api-key-assignment",
     .title = "API key or token",
     .severity = kMedium,
     .keywords =
         "api_key api-key apikey secret_key secret-key secretkey client_secret client-secret "
         "clientsecret auth_token auth-token authtoken access_token access-token accesstoken",
     .pattern =
         R"re((?i)\b(?:[a-z0-9]{1,30}[_.-])?(?:api[_-]?key|secret[_-]?key|client[_-]?secret|auth[_-]?token|access[_-]?token)["']?\s{0,3}(?:=>|[:=])\s{0,3}["']([A-Za-z0-9_.+/=-]{20,120})["'])re",
     .check = kEntropy,
     .entropy = 4.2},
    {.id = "connection-string-password",
     .title = "Password in a connection string",
     .severity = kHigh,
     .keywords = "password= pwd=",
     .pattern =
         R"re((?i)(?:server|data source|host|user id|uid)=[^;"'\r\n]{1,200};[^"'\r\n]{0,300}?(?:password|pwd)=([^;"'\s<>{}$]{3,100}))re",
     .check = kUrlPassword,
     .reach = 700},
    {.id = "ansible-vault",
     .title = "Ansible vault (encrypted)",
     .severity = kInfo,
     .keywords = "$ANSIBLE_VAULT;",
     .pattern = R"re((\$ANSIBLE_VAULT;1\.[12];AES256))re"},
    {.id = "wireguard-private-key",
     .title = "WireGuard private key",
     .severity = kCritical,
     .keywords = "privatekey",
     .pattern =
         R"re((?mi)^\s{0,4}PrivateKey\s{0,4}=\s{0,4}([A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=)\s*$)re",
     .check = kEntropy,
     .entropy = 3.5},
    {.id = "openvpn-static-key",
     .title = "OpenVPN static key",
     .severity = kHigh,
     .keywords = "OpenVPN Static key",
     .pattern = R"re((-----BEGIN OpenVPN Static key V1-----\s+[0-9a-f\s]{64}))re"},
    {.id = "rails-master-key",
     .title = "Rails secret key base",
     .severity = kHigh,
     .keywords = "secret_key_base",
     .pattern = R"re(secret_key_base["']?\s{0,4}[:=]\s{0,4}["']?([a-f0-9]{64,128})\b)re",
     .check = kEntropy,
     .entropy = 3},
    {.id = "django-secret-key",
     .title = "Django secret key",
     .severity = kHigh,
     .keywords = "SECRET_KEY",
     .pattern = R"re(\bSECRET_KEY\s{0,4}=\s{0,4}["']([^"'\s]{40,80})["'])re",
     .check = kEntropy,
     .entropy = 3.8},
    {.id = "wordpress-salt",
     .title = "WordPress key or salt",
     .severity = kMedium,
     .keywords = "auth_key logged_in_key nonce_key auth_salt",
     .pattern =
         R"re(define\(\s*['"](?:SECURE_)?(?:AUTH|LOGGED_IN|NONCE)_(?:KEY|SALT)['"]\s*,\s*['"]([^'"\r\n]{64})['"])re",
     .check = kEntropy,
     .entropy = 4},
    {.id = "ethereum-private-key",
     .title = "Ethereum private key",
     .severity = kHigh,
     .keywords = "private_key privatekey private-key",
     .pattern = R"re((?i)private[_-]?key["']?\s{0,4}[:=]\s{0,4}["']?(0x[a-f0-9]{64})\b)re",
     .check = kEntropy,
     .entropy = 3},
    {.id = "bitcoin-wif-key",
     .title = "Bitcoin private key (WIF)",
     .severity = kHigh,
     .keywords = "private wallet wif",
     .pattern =
         R"re((?i:private|wallet|wif)[A-Za-z_-]{0,16}["']?\s{0,4}[:=]\s{0,4}["']?([5KL][1-9A-HJ-NP-Za-km-z]{50,51})\b)re",
     .check = kEntropy,
     .entropy = 4},
};

}  // namespace

std::span<const SecretRule> generic_rules() { return kRules; }

}  // namespace yagura::image::internal
