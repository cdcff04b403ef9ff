// SPDX-License-Identifier: MPL-2.0
// Thunderbird's interfaces for add-ons, as far as they are used here, and the experiment's.
interface MailAccount {
  identities: { id: string; email: string; name: string }[];
}

interface Listeners<L> {
  addListener(listener: L): void;
}

interface MessageList {
  messages: { id: number; headerMessageId: string; folder: { id: string } }[];
}

/** What the interfaces for buttons have in common. */
interface Buttons {
  setBadgeText(details: { tabId: number; text: string }): Promise<void>;
  setBadgeBackgroundColor(details: { tabId: number; color: string }): Promise<void>;
  setBadgeTextColor(details: { tabId: number; color: string }): Promise<void>;
  setLabel(details: { tabId: number; label: string | null }): Promise<void>;
  setTitle(details: { tabId?: number; title: string | null }): Promise<void>;
  enable(): Promise<void>;
  disable(): Promise<void>;
  onClicked: Listeners<(tab: { id: number }) => Promise<void>>;
}

interface ComposeDetails {
  type?: "draft" | "new" | "redirect" | "reply" | "forward";
  from: string;
  to: string | string[];
  cc: string | string[];
  bcc: string | string[];
  replyTo: string | string[];
  newsgroups: string | string[];
  subject: string;
  body: string;
  isPlainText: boolean;
  plainTextBody: string;
  priority?: string;
  customHeaders?: object[];
  identityId: string;
  attachVCard?: boolean;
  deliveryStatusNotification?: boolean;
  returnReceipt?: boolean;
  relatedMessageId?: number;
  selectedEncryptionTechnology?:
    | { name: "S/MIME"; signMessage: boolean; encryptBody: boolean }
    | { name: "OpenPGP"; signMessage: boolean; encryptBody: boolean; encryptSubject: boolean };
}

declare namespace messenger {
  const accounts: { list(): Promise<MailAccount[]> };
  const action: Buttons;
  const compose: {
    getComposeDetails(tabId: number): Promise<ComposeDetails>;
    setComposeDetails(tabId: number, details: Partial<ComposeDetails>): Promise<void>;
    listAttachments(tabId: number): Promise<{ id: number; name: string; size: number }[]>;
    getAttachmentFile(id: number): Promise<File>;
    saveMessage(tabId: number, options: { mode: "draft" }): Promise<MessageList>;
    onBeforeSend: Listeners<
      (tab: { id: number }, details: ComposeDetails) => Promise<{ cancel?: boolean }>
    >;
    onAfterSave: Listeners<(tab: { id: number }, saved: { mode: string }) => void>;
    onComposeStateChanged: Listeners<(tab: { id: number }) => void>;
    onIdentityChanged: Listeners<(tab: { id: number }) => void>;
  };
  const composeAction: Buttons;
  const folders: {
    query(info: { specialUse: string[] }): Promise<{ id: string }[]>;
  };
  const mailTabs: {
    getSelectedMessages(tabId: number): Promise<MessageList>;
    onSelectedMessagesChanged: Listeners<(tab: { id: number }) => void>;
  };
  const messageDisplay: {
    getDisplayedMessages(tabId: number): Promise<MessageList>;
    onMessagesDisplayed: Listeners<(tab: { id: number }) => void>;
  };
  const messageDisplayAction: Buttons;
  const messages: {
    getRaw(id: number): Promise<File>;
    delete(ids: number[], options: { deletePermanently: boolean }): Promise<void>;
    import(file: File, folderId: string, properties: object): Promise<{ id: number }>;
    query(info: {
      folderId: string;
      headerMessageId?: string;
      fromDate?: Date;
    }): Promise<MessageList>;
    saveMessage(details: object, options: { mode: "draft" }): Promise<MessageList>;
  };
  const messengerUtilities: {
    parseMailboxString(text: string): Promise<{ name?: string; email?: string }[]>;
  };
  const scripting: {
    messageDisplay: {
      getRegisteredScripts(): Promise<object[]>;
      registerScripts(scripts: { id: string; js: string[]; runAt: string }[]): Promise<void>;
      unregisterScripts(): Promise<void>;
    };
  };
  const nssmime: {
    setComposer(tabId: number, state: object): Promise<void>;
    composers(): Promise<void>;
    quote(tabId: number): Promise<void>;
    builtIns(): Promise<
      { address: string; technology: "S/MIME" | "OpenPGP"; isOn: boolean }[]
    >;
    openAccountSettings(address: string): Promise<void>;
    forget(): Promise<void>;
    progress(work: number, percent: number): Promise<void>;
    onRead: Listeners<(request: any, file: File) => Promise<object>>;
    onProtect: Listeners<(request: any, file: File) => Promise<object>>;
    onCancel: Listeners<(work: number) => Promise<void>>;
    onComposer: Listeners<(composer: any) => Promise<void>>;
    onChoose: Listeners<(tabId: number, what: any) => Promise<void>>;
    onDetails: Listeners<(wish: any) => Promise<void>>;
  };
}
