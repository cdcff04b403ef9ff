// SPDX-License-Identifier: MPL-2.0
// Made by tools/wire.mjs of schema.json: change that, then "npm run wire".

export const PROTOCOL = 1;

export type Effect = "invalid" | "unknown" | "partial" | "told";

/** Several: the host's settings decide. */
export const reasonEffects = {
  "content-altered": ["invalid"],
  "signature-mismatch": ["invalid"],
  "signer-certificate-missing": ["unknown"],
  "issuer-unknown": ["unknown"],
  "issuer-untrusted": ["unknown"],
  "name-constraint": ["invalid"],
  "expired": ["invalid"],
  "expired-since": ["told"],
  "not-yet-valid": ["invalid"],
  "revoked": ["invalid"],
  "revocation-unknown": ["told","unknown"],
  "usage-not-permitted": ["invalid"],
  "address-mismatch": ["invalid"],
  "no-address": ["invalid"],
  "no-from": ["unknown"],
  "several-from": ["unknown"],
  "time-mismatch": ["unknown"],
  "weak-digest": ["invalid"],
  "weak-key": ["invalid"],
  "unsupported-algorithm": ["unknown"],
  "malformed": ["invalid"],
  "not-covered": ["partial"],
  "no-signer": ["invalid"],
  "headers-differ": ["told"],
  "display-name-misleads": ["unknown"],
  "unauthenticated-encryption": ["told"],
} as const satisfies Record<string, readonly Effect[]>;

export type Reason = keyof typeof reasonEffects;

export const errorKinds = [
  "parse-error",
  "invalid-request",
  "unknown-method",
  "invalid-params",
  "internal",
  "too-large",
  "busy",
  "cancelled",
  "origin-not-allowed",
  "user-declined",
  "policy-forbids",
  "database-unavailable",
  "database-read-only",
  "password-required",
  "wrong-password",
  "token-absent",
  "certificate-not-found",
  "certificate-ambiguous",
  "certificate-unusable",
  "no-private-key",
  "not-smime",
  "malformed-message",
  "unsupported-algorithm",
  "integrity-failure",
  "directory-unreachable",
  "prompt-unavailable",
  "configuration-invalid",
  "storage-failed",
  "password-format-unsupported"
] as const;

export type ErrorKind = (typeof errorKinds)[number];

export type Content = {
  data?: string;
  stream?: number;
  size?: number;
  kind?: "message" | "entity" | "cms";
  context?: Context;
};

export type Context = {
  from?: string;
  date?: string;
};

export type Output = {
  stream: number;
  credit?: number;
};

export type Produced = {
  data?: string;
  stream?: number;
};

export type Recipient = {
  address?: string;
  certificate?: string;
  bcc?: boolean;
};

export type Usability = {
  usable: boolean;
  reasons: Reason[];
};

export type Certificate = {
  fingerprint: string;
  subject: string | null;
  issuer: string | null;
  serial: string | null;
  addresses: string[];
  notBefore: string;
  notAfter: string;
  key: {
    type: string;
    bits?: number;
    curve?: string;
  };
  usages: Usage[];
  own: boolean;
  token: string | null;
  trust: Trust;
  status?: {
    sign: Usability;
    encrypt: Usability;
  };
  reasons?: Reason[];
  data?: string;
};

export type Usage = "sign" | "encrypt" | "authority";

export type Trust = "trusted" | "untrusted" | "inherited";

export type Revocation = "good" | "revoked" | "unknown" | "not-checked";

export type Status = "valid" | "invalid" | "unknown" | "partial" | "none";

export type Signer = {
  status: Status;
  reasons: Reason[];
  certificate: Certificate | null;
  addresses: string[];
  signingTime?: string;
  digest: string | null;
  algorithm: string | null;
  chain: string[];
  revocation: Revocation;
};

export type Layer = {
  type: "signed" | "enveloped" | "auth-enveloped" | "compressed";
  form: "multipart-signed" | "pkcs7-mime";
  part: string;
  reasons?: Reason[];
  certificatesOnly?: boolean;
  signers?: Signer[];
  contentEncryption?: string | null;
  keyManagement?: string | null;
  decryptedWith?: string | null;
  recipients?: number;
};

export type Source = "outer" | "protected";

export type Mailbox = {
  name: string | null;
  address: string | null;
  source: Source;
};

export type Field = {
  value: string | null;
  source: Source;
};

export type Headers = {
  from: Mailbox[];
  to: Mailbox[];
  cc: Mailbox[];
  subject?: Field;
  date?: Field;
  differing: string[];
  confidential?: string[];
  removed?: string[];
};

export type Summary = {
  signature: Status;
  encryption: "full" | "partial" | "none";
  reasons: Reason[];
};

export type Part = {
  part: string;
  type: string | null;
};

export type Legacy = {
  part: string;
  hide: "lines" | "element" | "part";
};

export type Unusable = {
  address: string;
  kind: ErrorKind;
  reasons?: Reason[];
};

export type Token = {
  name: string | null;
  needsPassword: boolean;
  unlocked: boolean;
  removable: boolean;
};

export type DatabaseKind = "thunderbird" | "firefox" | "shared" | "configured" | "own";

export type Candidate = {
  id: string;
  label: string | null;
  kind: DatabaseKind;
  inUse: boolean;
  problem?: string;
  problemCode?: CandidateProblem;
};

export type CandidateProblem = "folder-unreadable" | "no-folder" | "no-database" | "old-form" | "unreadable" | "password-format";

export type Skipped = {
  fingerprint?: string;
  reason: string;
  code?: Skip;
};

export type Skip = "already-there" | "not-stored" | "no-certificate" | "revocation-list";

export type Signing = "ask" | "allowed";

export type AllowedOrigin = {
  origin: string;
  sign: Signing;
  source: OriginSource;
};

export type OriginSource = "user" | "administrator";

export type Nothing = Record<string, never>;

export interface Methods {
  "hello": {
    params: {
      client?: {
        name?: string;
        version?: string;
      };
    };
    result: {
      protocol: number;
      host: {
        name: string;
        version: string;
      };
      nss: {
        version: string;
      };
      limits: Record<string, number>;
      methods: string[];
    };
  };
  "operation.cancel": {
    params: {
      id: string | number;
    };
    result: {
      cancelled: boolean;
    };
  };
  "message.protect": {
    params: {
      content: Content;
      kind?: "message" | "entity" | "cms";
      output?: Output;
      copyStreams?: Record<string, Output>;
      sign?: {
        certificate?: string;
        form?: "detached" | "opaque";
        digest?: "sha256" | "sha384" | "sha512";
        includeChain?: "none" | "chain" | "chain-and-root";
        scheme?: "pkcs1" | "pss";
      };
      encrypt?: {
        recipients?: (Recipient | string)[];
        cipher?: "aes-128-cbc" | "aes-192-cbc" | "aes-256-cbc" | "aes-128-gcm" | "aes-192-gcm" | "aes-256-gcm";
        toSelf?: boolean;
        rsa?: "pkcs1" | "oaep";
        oaepDigest?: "sha1" | "sha224" | "sha256" | "sha384" | "sha512";
        kdf?: "sha1" | "sha224" | "sha256" | "sha384" | "sha512";
      };
      order?: "sign-then-encrypt" | "triple-wrap";
      headerProtection?: "none" | "baseline" | "shy";
      legacyDisplay?: boolean;
      confidential?: string[];
    };
    result: {
      content?: Produced;
      signedBy?: string;
      recipients?: {
        address: string | null;
        certificate: string;
        source: string;
        bcc?: boolean;
      }[];
      cipher?: string;
      keyManagement?: string[];
      copies?: {
        address: string;
        content?: Produced;
        stream?: number;
      }[];
    };
  };
  "message.read": {
    params: {
      content: Content;
      kind?: "message" | "entity" | "cms";
      context?: Context;
      output?: Output;
      evidence?: boolean;
      evidenceOutput?: Output;
      at?: string;
      online?: boolean;
      part?: string;
      legacyDisplay?: "keep" | "omit";
    };
    result: {
      summary: Summary;
      layers: Layer[];
      headers: Headers;
      legacyDisplay: Legacy[];
      embedded: Part[];
      certificates: Certificate[];
      table: Record<string, Certificate>;
      content: Produced;
      evidence?: Produced;
    };
  };
  "certificate.list": {
    params: {
      kind?: "own" | "people" | "authorities";
      address?: string;
      text?: string;
      limit?: number;
      cursor?: string;
    };
    result: {
      certificates: Certificate[];
      cursor?: string;
    };
  };
  "certificate.get": {
    params: {
      fingerprint: string;
      form?: "json" | "pem" | "der";
    };
    result: {
      certificate: Certificate;
      chain: string[];
      table: Record<string, Certificate>;
      data?: string;
    };
  };
  "certificate.import": {
    params: {
      data: string;
      form?: "auto" | "pkcs12" | "pem" | "der" | "pkcs7";
    };
    result: {
      imported: {
        fingerprint: string;
        own?: boolean;
        subject?: string | null;
        addresses?: string[];
      }[];
      skipped: Skipped[];
    };
  };
  "certificate.export": {
    params: {
      fingerprint: string;
      form: "pkcs12" | "pem" | "der" | "pkcs7";
    };
    result: {
      data?: string;
      saved?: string;
    };
  };
  "certificate.delete": {
    params: {
      fingerprint: string;
      withKey?: boolean;
    };
    result: Nothing;
  };
  "certificate.check": {
    params: {
      fingerprint?: string;
      data?: string;
      for: "sign" | "encrypt";
      at?: string;
      online?: boolean;
    };
    result: {
      usable: boolean;
      reasons: Reason[];
      chain: string[];
      table: Record<string, Certificate>;
      revocation: Revocation;
    };
  };
  "certificate.trust": {
    params: {
      fingerprint: string;
      trust: "trusted" | "untrusted" | "inherited";
    };
    result: {
      certificate: Certificate;
    };
  };
  "certificate.request": {
    params: {
      subject: string;
      addresses: string[];
      key: "rsa-2048" | "rsa-3072" | "rsa-4096" | "p-256" | "p-384" | "p-521";
      token?: string;
    };
    result: {
      request: string;
    };
  };
  "certificate.withdraw": {
    params: {
      request: string;
    };
    result: Nothing;
  };
  "certificate.find": {
    params: {
      addresses: string[];
      where?: string[];
    };
    result: {
      found: Record<string, Certificate[]>;
      failures: {
        where?: string;
        address?: string;
        kind?: ErrorKind;
        message?: string;
      }[];
    };
  };
  "database.status": {
    params: Record<string, never>;
    result: {
      id: string;
      label: string | null;
      kind: DatabaseKind;
      problem?: string;
      problemCode?: CandidateProblem;
      writable: boolean;
      nss: string;
      algorithms: {
        signature: string[];
        digest: string[];
        keyManagement: string[];
        contentEncryption: string[];
      };
      tokens: Token[];
    };
  };
  "database.candidates": {
    params: Record<string, never>;
    result: Candidate[];
  };
  "database.use": {
    params: {
      id: string;
    };
    result: Nothing;
  };
  "database.unlock": {
    params: {
      token?: string;
    };
    result: Nothing;
  };
  "database.lock": {
    params: Record<string, never>;
    result: Nothing;
  };
  "database.changePassword": {
    params: {
      token?: string;
    };
    result: Nothing;
  };
  "origin.list": {
    params: Record<string, never>;
    result: {
      origins: AllowedOrigin[];
      further: boolean;
    };
  };
  "origin.allow": {
    params: {
      origin: string;
    };
    result: AllowedOrigin;
  };
  "origin.forget": {
    params: {
      origin: string;
    };
    result: Nothing;
  };
}

/** Members that every method takes. */
export type Common = {
  origin?: string;
  prompt?: "never";
  progress?: boolean;
};

export type Method = keyof Methods;
export type Params<M extends Method> = Methods[M]["params"];
export type Result<M extends Method> = Methods[M]["result"];

/** Asking these twice changes nothing: after a lost connection they are asked again. */
export const repeatable: ReadonlySet<string> = new Set(["certificate.list","certificate.get","certificate.check","database.status","database.candidates","origin.list"]);
