// SPDX-License-Identifier: MPL-2.0
// What privileged scripts find in their scope. Thunderbird describes none of it in TypeScript.
declare const ChromeUtils: any;
declare const Components: any;
declare const Services: any;
declare const IOUtils: any;
declare const ExtensionCommon: any;
declare const Cc: any;
declare const Ci: any;
declare const Cr: any;
declare const Cu: any;
