/**
 * A self-signed certificate for S3 and STS in us-east-1, valid until 2126, and its key, which protects nothing.
 * Made by `openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 36500 -subj "/CN=a stand-in for AWS"
 * -addext subjectAltName=DNS:s3.us-east-1.amazonaws.com,DNS:*.s3.us-east-1.amazonaws.com,DNS:sts.us-east-1.amazonaws.com`.
 */
export const awsTls = {
  key: `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg2Baxk5yZOFr9NINZ
E3gPHiN6qXBHQFlP2DyUUJ1+n+KhRANCAAT86GtpHybHDfoM6N8cWSiuFgpiuIys
huaZXPC+RAJOFFRG/GjYbC4LztwJjdLG4cORtHBt+dcFv1Jj7AnOYGB7
-----END PRIVATE KEY-----`,
  cert: `-----BEGIN CERTIFICATE-----
MIIB9DCCAZugAwIBAgIUAwK2pEuZklU7+audomXgGI3VeZIwCgYIKoZIzj0EAwIw
HTEbMBkGA1UEAwwSYSBzdGFuZC1pbiBmb3IgQVdTMCAXDTI2MTEyMTA3NDIzMloY
DzIxMjYxMDI4MDc0MjMyWjAdMRswGQYDVQQDDBJhIHN0YW5kLWluIGZvciBBV1Mw
WTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAAT86GtpHybHDfoM6N8cWSiuFgpiuIys
huaZXPC+RAJOFFRG/GjYbC4LztwJjdLG4cORtHBt+dcFv1Jj7AnOYGB7o4G2MIGz
MB0GA1UdDgQWBBQmBFkyrWHUuCCm0nfVgaz7X2wYrzAfBgNVHSMEGDAWgBQmBFky
rWHUuCCm0nfVgaz7X2wYrzAPBgNVHRMBAf8EBTADAQH/MGAGA1UdEQRZMFeCGnMz
LnVzLWVhc3QtMS5hbWF6b25hd3MuY29tghwqLnMzLnVzLWVhc3QtMS5hbWF6b25h
d3MuY29tghtzdHMudXMtZWFzdC0xLmFtYXpvbmF3cy5jb20wCgYIKoZIzj0EAwID
RwAwRAIgLA2qQ25vpG5Y840sPlt758+OIUHgg/ttdVdAQRh3HuUCIB9vhG4ZNSaB
F214Dfpe5SwS7YvPqy6oo296wKUH/clK
-----END CERTIFICATE-----`,
};
