// SPDX-License-Identifier: MPL-2.0
// Thunderbird's interfaces for add-ons, as far as they are used here, and the experiment's.
interface MailAccount {
  identities: { id: string; email: string; name: string }[];
}

interface Listeners<L> {
  addListener(listener: L): void;
}

declare namespace messenger {
  const accounts: { list(): Promise<MailAccount[]> };
  const messageDisplay: {
    getDisplayedMessages(tabId: number): Promise<{ messages: { id: number }[] }>;
  };
  const messageDisplayAction: { onClicked: Listeners<(tab: { id: number }) => Promise<void>> };
  const messages: { getRaw(id: number): Promise<File> };
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
