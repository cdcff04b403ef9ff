#!/bin/bash
# SPDX-License-Identifier: MPL-2.0
#
# pki-odd.sh DIR: adds certificates that are wrong in one way each to what
# pki.sh made in DIR; DIR/<name>.der:
#   md5 sha1new          signed with MD5, with SHA-1 (after 2017)
#   sha1old              signed with SHA-1 in 2015
#   rsa512 rsa1024new    keys that are too short
#   rsa1024old           1024 bits, of 2010 (until 2090)
#   k256                 EC secp256k1
#   orphan               issuer nowhere (nowhere.der is that issuer)
#   notca                issued by bob, who is no authority
#   toodeep              below toodeepca, below pathlen:0
#   constrained inside   below netca.der, which permits .example.net alone
#   serverbelow          below serverca.der, whose EKU is serverAuth
#   anybelow             below anyca.der, whose EKU is anyExtendedKeyUsage
#   expiredbelow         below expiredca.der
#   critical             has an unknown critical extension
#   corrupt              bob's with a changed signature
#   revoked              on the CRL ca.crl (DER)
set -eu

cd "$1"
export KU=digitalSignature,keyEncipherment EKU=emailProtection
export SAN=email:odd@example.org EXTRA=''
cat > odd.cnf <<'END'
[req]
distinguished_name = dn
prompt = no
[dn]
O = Example
[leaf]
basicConstraints = critical,CA:false
keyUsage = critical,${ENV::KU}
extendedKeyUsage = ${ENV::EKU}
subjectKeyIdentifier = hash
subjectAltName = ${ENV::SAN}
[odd_ca]
basicConstraints = critical,CA:true
keyUsage = critical,keyCertSign,cRLSign
subjectKeyIdentifier = hash
[net_ca]
basicConstraints = critical,CA:true
keyUsage = critical,keyCertSign,cRLSign
subjectKeyIdentifier = hash
nameConstraints = critical,permitted;email:.example.net,permitted;email:example.net
[server_ca]
basicConstraints = critical,CA:true
keyUsage = critical,keyCertSign,cRLSign
subjectKeyIdentifier = hash
extendedKeyUsage = serverAuth
[any_ca]
basicConstraints = critical,CA:true
keyUsage = critical,keyCertSign,cRLSign
subjectKeyIdentifier = hash
extendedKeyUsage = anyExtendedKeyUsage
[critical]
basicConstraints = critical,CA:false
subjectAltName = ${ENV::SAN}
1.2.3.4.5 = critical,ASN1:NULL
[dated]
database = index.txt
new_certs_dir = .
rand_serial = yes
default_md = sha256
policy = any
unique_subject = no
crlnumber = crlnumber
default_crl_days = 3650
[any]
organizationName = optional
commonName = optional
END
export OPENSSL_CONF=$PWD/odd.cnf
log=odd.log
: > index.txt
echo 01 > crlnumber

der() { openssl x509 -in "$1.crt" -outform DER -out "$1.der"; }
key() { openssl genpkey -algorithm "$2" -pkeyopt "$3" -out "$1.key" 2>>$log; }
make() { # name issuer extensions [option...]
	local name=$1 issuer=$2 extensions=$3
	shift 3
	[ -f "$name.key" ] || cp bob.key "$name.key"
	openssl req -new -x509 -config odd.cnf -key "$name.key" \
	    -subj "/O=Example/CN=$name" -extensions "$extensions" -days 3650 \
	    -CA "$issuer.crt" -CAkey "$issuer.key" -out "$name.crt" "$@" \
	    2>>$log
	der "$name"
}
dated() { # name extensions digest from until
	[ -f "$1.key" ] || cp bob.key "$1.key"
	openssl req -new -config odd.cnf -key "$1.key" \
	    -subj "/O=Example/CN=$1" -out "$1.csr" 2>>$log
	openssl ca -batch -notext -config odd.cnf -name dated -md "$3" \
	    -extensions "$2" -startdate "$4" -enddate "$5" -cert ca.crt \
	    -keyfile ca.key -in "$1.csr" -out "$1.crt" 2>>$log
	der "$1"
}

key rsa512 RSA rsa_keygen_bits:512
key rsa1024new RSA rsa_keygen_bits:1024
cp rsa1024new.key rsa1024old.key
key k256 EC ec_paramgen_curve:secp256k1
for n in nowhere toodeepca netca serverca anyca expiredca; do
	cp mallory.key $n.key
done

make md5 ca leaf -md5
make sha1new ca leaf -sha1
dated sha1old leaf sha1 20150101000000Z 20900101000000Z
make rsa512 ca leaf
make rsa1024new ca leaf
dated rsa1024old leaf sha256 20100101000000Z 20900101000000Z
KU=digitalSignature make k256 ca leaf
make nowhere ca odd_ca
make orphan nowhere leaf
make notca bob leaf
make toodeepca intermediate odd_ca
make toodeep toodeepca leaf
make netca ca net_ca
make constrained netca leaf
SAN=email:odd@example.net make inside netca leaf
make serverca ca server_ca
make serverbelow serverca leaf
make anyca ca any_ca
EKU=anyExtendedKeyUsage make anybelow anyca leaf
dated expiredca odd_ca sha256 20150101000000Z 20160101000000Z
make expiredbelow expiredca leaf
make critical ca critical
dated revoked leaf sha256 20200101000000Z 20900101000000Z
openssl ca -config odd.cnf -name dated -cert ca.crt -keyfile ca.key \
    -revoke revoked.crt 2>>$log
openssl ca -config odd.cnf -name dated -cert ca.crt -keyfile ca.key \
    -gencrl -out ca.crl.pem 2>>$log
openssl crl -in ca.crl.pem -outform DER -out ca.crl
der bob
# the last byte of the signature
{ head -c -1 bob.der; tail -c 1 bob.der | tr '\000-\377' '\001-\377\000'; } \
    > corrupt.der
for n in alice bob carol dave erin pss edward expired future many server \
    anyeku signonly encryptonly stranger mallory intermediate intermediate2 \
    ca otherca; do
	der $n
done
rm -f ./*.csr index.txt* crlnumber* [0-9A-F][0-9A-F]*.pem
