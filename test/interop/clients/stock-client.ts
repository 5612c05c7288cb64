/** The one shape in which every stock client is offered to a test. */
export interface ClientResult {
  ok: boolean;
  /** The client's own words, on success too: warnings, or why it refused. */
  said: string;
}

export type DownloadResult = ClientResult & { files: Map<string, Uint8Array> };

export interface StockClient {
  name: string;
  version: string;
  /** True: a later call starts from what earlier calls left, as an existing client does. False: each call is a new client's first. */
  keepsState: boolean;
  /** Trust this root file from now on. Rejects when the client refuses it at once (tuftool and cosign look at it only when they run). */
  init(rootFile: string): Promise<void>;
  refresh(metadataUrl: string, targetsUrl: string): Promise<ClientResult>;
  /** Refresh, then fetch the targets in this order until one fails; `files` holds those the client verified and kept. */
  download(metadataUrl: string, targetsUrl: string, targetNames: string[]): Promise<DownloadResult>;
}

export interface ClientOffer {
  name: string;
  version: string;
  /** A client of its own, with everything it remembers below `workDir`. */
  create(workDir: string): StockClient;
}

export type Description = Pick<StockClient, 'name' | 'version'>;
