#!/bin/bash
# SPDX-License-Identifier: MPL-2.0
#
# pki.sh DIR: a small PKI for tests, made by openssl, and an NSS database.
#
# DIR/<name>.key, .crt and .p12 (password "nssmime", with the chain):
#   ca            RSA-2048 root
#   intermediate  RSA-2048, by ca        intermediate2  EC P-256, by ca
#   alice         RSA-2048, by intermediate   alice@example.org
#   bob           RSA-2048, by ca             bob@example.org
#   carol         EC P-256, by ca             carol@example.org
#   dave          EC P-384, by intermediate2  dave@example.org
#   erin          EC P-521, by ca             erin@example.org
#   pss           id-RSASSA-PSS key, by ca    pss@example.org
#   edward        Ed25519, by ca              edward@example.org
#   expired       2020 to 2021, by ca         expired@example.org
#   future        2090 to 2091, by ca         future@example.org
#   many          many@example.org, Many.Two@Example.ORG,
#                 many3@xn--bcher-kva.example and the SmtpUTF8Mailbox
#                 jürgen@bücher.example; bob-subject@example.org as e-mail
#                 in the subject
#   server        EKU serverAuth alone        server@example.org
#   anyeku        EKU anyExtendedKeyUsage     anyeku@example.org
#   signonly      KU digitalSignature         signonly@example.org
#   encryptonly   KU keyEncipherment          encryptonly@example.org
#   stranger      self-signed                 stranger@example.org
#   mallory       by otherca, a root that nobody trusts
# DIR/db: an NSS database without password: ca trusted for e-mail, all .p12
# but those of ca, intermediates, otherca, mallory and stranger imported
# (edward's only where this NSS knows Ed25519: 3.132).
set -eu

[ $# -eq 1 ] || { echo "usage: pki.sh DIR" >&2; exit 2; }
mkdir -p "$1"
cd "$1"

cat > pki.cnf <<'END'
[req]
distinguished_name = dn
prompt = no
[dn]
O = Example
[ca_root]
basicConstraints = critical,CA:true
keyUsage = critical,keyCertSign,cRLSign
subjectKeyIdentifier = hash
[ca_inter]
basicConstraints = critical,CA:true,pathlen:0
keyUsage = critical,keyCertSign,cRLSign
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
[leaf]
basicConstraints = critical,CA:false
keyUsage = critical,${ENV::KU}
extendedKeyUsage = ${ENV::EKU}
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
subjectAltName = ${ENV::SAN}
[self]
basicConstraints = critical,CA:false
keyUsage = critical,digitalSignature,keyEncipherment
extendedKeyUsage = emailProtection
subjectKeyIdentifier = hash
subjectAltName = ${ENV::SAN}
[dated]
database = index.txt
new_certs_dir = .
rand_serial = yes
default_md = sha256
policy = any
email_in_dn = yes
unique_subject = no
copy_extensions = none
[any]
organizationName = optional
commonName = optional
[many]
email.1 = many@example.org
email.2 = Many.Two@Example.ORG
email.3 = many3@xn--bcher-kva.example
email.4 = many@example.org
otherName.1 = 1.3.6.1.5.5.7.8.9;FORMAT:UTF8,UTF8:jürgen@bücher.example
END

export KU=digitalSignature EKU=emailProtection SAN=email:none@example.org
export OPENSSL_CONF=$PWD/pki.cnf
log=openssl.log

key() { # name algorithm [option...]
	local name=$1 algorithm=$2
	shift 2
	openssl genpkey -algorithm "$algorithm" "$@" -out "$name.key" \
	    2>>$log
}
rsa() { key "$1" RSA -pkeyopt rsa_keygen_bits:2048; }
ec() { key "$1" EC -pkeyopt "ec_paramgen_curve:$2"; }

sign() { # name subject extensions issuer [option...]
	local name=$1 subject=$2 extensions=$3 issuer=$4
	shift 4
	openssl req -new -x509 -utf8 -config pki.cnf -key "$name.key" \
	    -subj "$subject" -extensions "$extensions" -days 3650 \
	    -CA "$issuer.crt" -CAkey "$issuer.key" -out "$name.crt" "$@" \
	    2>>$log
}
self() { # name subject extensions
	openssl req -new -x509 -config pki.cnf -key "$1.key" -subj "$2" \
	    -extensions "$3" -days 3650 -out "$1.crt" 2>>$log
}
person() { # name issuer [extended key usage [key usage]]
	KU=${4:-digitalSignature,keyEncipherment,keyAgreement} \
	EKU=${3:-emailProtection} SAN=email:$1@example.org \
	    sign "$1" "/O=Example/CN=$1" leaf "$2"
}
dated() { # name from until
	openssl req -new -config pki.cnf -key "$1.key" \
	    -subj "/O=Example/CN=$1" -out "$1.csr" 2>>$log
	KU=digitalSignature,keyEncipherment SAN=email:$1@example.org \
	    openssl ca -batch -notext -config pki.cnf -name dated \
	    -extensions leaf -startdate "$2" -enddate "$3" -cert ca.crt \
	    -keyfile ca.key -in "$1.csr" -out "$1.crt" 2>>$log
}
p12() { # name chain...
	local name=$1
	shift
	cat "$@" > "$name.chain" </dev/null
	openssl pkcs12 -export -inkey "$name.key" -in "$name.crt" \
	    -certfile "$name.chain" -name "$name" -passout pass:nssmime \
	    -out "$name.p12" 2>>$log
	rm -f "$name.chain"
}

: > index.txt
rsas='ca intermediate alice bob expired future many server anyeku signonly
    encryptonly stranger otherca mallory'
for n in $rsas; do rsa "$n" & done
ec intermediate2 P-256 & ec carol P-256 & ec dave P-384 & ec erin P-521 &
key edward ED25519 &
key pss RSA-PSS -pkeyopt rsa_keygen_bits:2048 &
wait

self ca "/O=Example/CN=Example Root" ca_root
self otherca "/O=Other/CN=Other Root" ca_root
SAN=email:stranger@example.org self stranger "/O=Example/CN=stranger" self
sign intermediate "/O=Example/CN=Example Intermediate" ca_inter ca
sign intermediate2 "/O=Example/CN=Example EC Intermediate" ca_inter ca
person alice intermediate
person bob ca
person carol ca emailProtection digitalSignature,keyAgreement
person dave intermediate2 emailProtection digitalSignature,keyAgreement
person erin ca emailProtection digitalSignature,keyAgreement
person pss ca emailProtection digitalSignature
person edward ca emailProtection digitalSignature
person server ca serverAuth
person anyeku ca anyExtendedKeyUsage
person signonly ca emailProtection digitalSignature
person encryptonly ca emailProtection keyEncipherment
person mallory otherca
KU=digitalSignature,keyEncipherment SAN=@many sign many \
    "/O=Example/CN=many/emailAddress=bob-subject@example.org" leaf ca
dated expired 20200101000000Z 20210101000000Z
dated future 20900101000000Z 20910101000000Z

for n in ca otherca stranger; do p12 $n $n.crt; done
p12 intermediate ca.crt
p12 intermediate2 ca.crt
p12 alice intermediate.crt ca.crt
p12 dave intermediate2.crt ca.crt
p12 mallory otherca.crt
for n in bob carol erin pss edward expired future many server anyeku \
    signonly encryptonly; do
	p12 $n ca.crt
done

rm -rf db
mkdir db
certutil -N -d sql:db --empty-password
certutil -A -d sql:db -n ca -t ',C,' -i ca.crt
certutil -A -d sql:db -n intermediate -t ',,' -i intermediate.crt
certutil -A -d sql:db -n intermediate2 -t ',,' -i intermediate2.crt
for n in alice bob carol dave erin pss edward expired future many server \
    anyeku signonly encryptonly; do
	pk12util -i $n.p12 -d sql:db -W nssmime -K '' >>$log 2>&1 ||
	    certutil -A -d sql:db -n $n -t ',,' -i $n.crt 2>>$log ||
	    [ $n = edward ]
done
rm -f ./*.csr index.txt* [0-9A-F][0-9A-F]*.pem
