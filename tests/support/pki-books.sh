#!/bin/bash
# SPDX-License-Identifier: MPL-2.0
#
# pki-books.sh DIR: adds to what pki.sh made in DIR an authority that keeps
# books, trusted in DIR/db, with alice's key: evca. It has issued ev-good,
# ev-bad (revoked for its key), ev-left (revoked, since its holder's affiliation
# changed), ev-responder (for OCSP), ev-stranger, all with bob's key, and plain,
# which says nowhere how to ask; and its list: books.crl, books.der.
set -eu

[ $# -eq 1 ] || { echo "usage: pki-books.sh DIR" >&2; exit 2; }
cd "$1"

cat > books.cnf <<'END'
[req]
distinguished_name = dn
[dn]
O = Example
[ca]
database = books.txt
new_certs_dir = .
default_md = sha256
policy = any
rand_serial = yes
certificate = evca.crt
private_key = alice.key
default_days = 9
default_crl_days = 9
crlnumber = number
[any]
commonName = optional
[root]
basicConstraints = critical,CA:true
keyUsage = keyCertSign,cRLSign
[leaf]
basicConstraints = critical,CA:false
subjectAltName = email:r@example.org
authorityInfoAccess = @access
crlDistributionPoints = URI:http://ca.example.org/ca.crl
[access]
OCSP;URI.1 = http://ocsp.example.org/
caIssuers;URI.2 = http://ca.example.org/ca.der
OCSP;URI.3 = ldap://no.example.org/
[bare]
basicConstraints = critical,CA:false
subjectAltName = email:r@example.org
[responder]
basicConstraints = critical,CA:false
keyUsage = digitalSignature
extendedKeyUsage = OCSPSigning
END
: > books.txt
echo 01 > number

books() {
	openssl ca -batch -config books.cnf -name ca "$@"
}

# NAME KEY: a request
ask() {
	openssl req -new -config books.cnf -key "$2.key" -subj "/CN=$1" \
	    -out "$1.csr"
}

der() {
	openssl x509 -in "$1.crt" -outform DER -out "$1.der"
}

ask evca alice
books -selfsign -extensions root -startdate 20200101000000Z \
    -enddate 20900101000000Z -in evca.csr -out evca.crt
der evca
certutil -A -d sql:db -n evca -t ,C, -i evca.crt
for name in good bad left responder stranger; do
	section=leaf
	[ "$name" != responder ] || section=responder
	ask "$name" bob
	books -extensions "$section" -startdate 20250101000000Z \
	    -in "$name.csr" -out "ev-$name.crt"
	der "ev-$name"
done
openssl x509 -req -in good.csr -CA evca.crt -CAkey alice.key -days 9 \
    -extfile books.cnf -extensions bare -out plain.crt
der plain
books -revoke ev-bad.crt -crl_reason keyCompromise
books -revoke ev-left.crt -crl_reason affiliationChanged
books -gencrl -out books.crl
openssl crl -in books.crl -outform DER -out books.der
