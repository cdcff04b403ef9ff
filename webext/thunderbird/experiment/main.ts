// SPDX-License-Identifier: MPL-2.0
// The experiment: what Thunderbird's own interfaces for add-ons lack. It decides nothing: the
// background does, and the host does the work.
import type { State } from "../composing.ts";
import { builtIns, openAccountSettings } from "./built-in.ts";
import { Composer } from "./composer.ts";
import { handleMime } from "./mime-handler.ts";
import type { Undo } from "./platform.ts";
import { Question } from "./question.ts";
import { Reader } from "./reader.ts";
import { type Answer, Readings } from "./readings.ts";
import { Reopening } from "./reopening.ts";
import { handleSending } from "./sending.ts";
import { Works } from "./work.ts";

const events = [
  "onRead",
  "onProtect",
  "onCancel",
  "onComposer",
  "onChoose",
  "onDetails",
] as const;

export default class extends ExtensionCommon.ExtensionAPI {
  questions: Record<(typeof events)[number], Question>;
  readings: Readings;
  composer: Composer;
  works: Works;
  undo: Undo[] = [];

  constructor(extension: any) {
    super(extension);
    this.questions = Object.fromEntries(
      events.map((name) => [name, new Question(extension)]),
    ) as typeof this.questions;
    const { onRead, onProtect, onCancel, onComposer, onChoose, onDetails } = this.questions;
    const words = (name: string, ...values: string[]): string =>
      extension.localizeMessage(name, values);
    this.works = new Works(onCancel);
    this.readings = new Readings(onRead, this.works, words, (mail, work) =>
      reader.progress(mail, work),
    );
    const reader = new Reader(this.readings, onDetails, words, `${extension.id}-reader`);
    const reopening = new Reopening(this.readings);
    this.composer = new Composer(
      onComposer,
      onChoose,
      reopening,
      this.works,
      words,
      (window) => extension.tabManager.getWrapper(window).id,
      `${extension.id}-composer`,
    );
    const display = {
      loadAgain: (mail: string) => reader.loadAgain(mail),
      show: (mail: string, answer: Answer) => reader.show(mail, answer),
    };
    this.undo.push(
      () => reader.uninstall(),
      () => this.composer.uninstall(),
      reopening.install(),
      handleMime(this.readings, display, words),
      handleSending(onProtect, this.composer, words),
      () => this.readings.forget(),
    );
  }

  onStartup(): void {
    // Being there is all: windows are watched from the constructor on.
  }

  onShutdown(isAppShutdown: boolean): void {
    if (isAppShutdown) return;
    for (const undo of this.undo.splice(0).reverse()) undo();
  }

  getAPI(context: any): object {
    const { tabManager } = context.extension;
    const managers = events.map((name) => [
      name,
      new ExtensionCommon.EventManager({
        context,
        name: `nssmime.${name}`,
        register: (fire: any) => this.questions[name].register(fire),
      }).api(),
    ]);
    return {
      nssmime: {
        setComposer: async (tabId: number, state: State) =>
          this.composer.set(tabManager.get(tabId).nativeTab, state),
        composers: async () => this.composer.tellAll(),
        quote: async (tabId: number) => this.composer.quote(tabManager.get(tabId).nativeTab),
        builtIns: async () => builtIns(),
        openAccountSettings: async (address: string) => openAccountSettings(address),
        progress: async (work: number, percent: number) => this.works.reached(work, percent),
        forget: async () => this.readings.forget(),
        ...Object.fromEntries(managers),
      },
    };
  }
}
