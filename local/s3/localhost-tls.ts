/**
 * A self-signed certificate for localhost and 127.0.0.1, valid until 2126, and its key, which protects nothing.
 * Made by `openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 36500 -subj /CN=localhost
 * -addext subjectAltName=DNS:localhost,IP:127.0.0.1`.
 */
export const localhostTls = {
  key: `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgm3axH78TBVzWd6Z8
Z5mD8HGhrOn7RVzMN91AcUfUK7WhRANCAAQ2vCOt7Mlh+ddVFa513c2G1mHHA0pU
fBB4ghgufpaS6w5OJKxURRiir1fOFIs60zt43oX56jlu/ZlBxrOBFvlf
-----END PRIVATE KEY-----`,
  cert: `-----BEGIN CERTIFICATE-----
MIIBnDCCAUGgAwIBAgIURtjyBNuY24uKbw0ozRFIpVhRnzMwCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEyMTA0MzUxMloYDzIxMjYxMDI4
MDQzNTEyWjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAAQ2vCOt7Mlh+ddVFa513c2G1mHHA0pUfBB4ghgufpaS6w5OJKxURRii
r1fOFIs60zt43oX56jlu/ZlBxrOBFvlfo28wbTAdBgNVHQ4EFgQUXNQNGJCfyF1D
soNXyCi9wLgRrSowHwYDVR0jBBgwFoAUXNQNGJCfyF1DsoNXyCi9wLgRrSowDwYD
VR0TAQH/BAUwAwEB/zAaBgNVHREEEzARgglsb2NhbGhvc3SHBH8AAAEwCgYIKoZI
zj0EAwIDSQAwRgIhANCUxfuUHUCiQvdxiXLLSJWT5B6kcO0BMI58zzpO7Po1AiEA
rbN8m/562DBXEAIivr6AHGuMHWwyHJGv2Zt1n2i7tRA=
-----END CERTIFICATE-----`,
};
