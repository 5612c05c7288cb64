package main

import (
	"crypto/ed25519"
	"fmt"

	"filippo.io/torchwood"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// made is what src/tlog/ made of one log. Byte strings are base64 in JSON.
type made struct {
	LogKey      string `json:"logKey"`
	WitnessName string `json:"witnessName"`
	WitnessSeed []byte `json:"witnessSeed"`
	// Checkpoint is the note, signed by the log and cosigned by the witness.
	Checkpoint    string            `json:"checkpoint"`
	Entries       [][]byte          `json:"entries"`
	Inclusions    []inclusion       `json:"inclusions"`
	Consistencies []consistency     `json:"consistencies"`
	Tiles         map[string][]byte `json:"tiles"`
}

type inclusion struct {
	Index int64    `json:"index"`
	Size  int64    `json:"size"`
	Root  []byte   `json:"root"`
	Proof [][]byte `json:"proof"`
}

type consistency struct {
	From     int64    `json:"from"`
	FromRoot []byte   `json:"fromRoot"`
	To       int64    `json:"to"`
	ToRoot   []byte   `json:"toRoot"`
	Proof    [][]byte `json:"proof"`
}

type answer struct {
	// Time of the cosignature that was made here is that of the clock.
	WitnessKey  string `json:"witnessKey"`
	Cosigned    string `json:"cosigned"`
	CosignedAt  int64  `json:"cosignedAt"`
	TilesRead   int    `json:"tilesRead"`
	EntriesRead int    `json:"entriesRead"`
}

func (m made) check() (answer, error) {
	log, err := note.NewVerifier(m.LogKey)
	if err != nil {
		return answer{}, err
	}
	witness, err := torchwood.NewCosignatureSigner(m.WitnessName, ed25519.NewKeyFromSeed(m.WitnessSeed))
	if err != nil {
		return answer{}, err
	}
	opened, err := note.Open([]byte(m.Checkpoint), note.VerifierList(log, witness.Verifier()))
	if err != nil {
		return answer{}, err
	}
	if len(opened.Sigs) != 2 || len(opened.UnverifiedSigs) != 0 {
		return answer{}, fmt.Errorf("%d signatures verify, %d do not", len(opened.Sigs), len(opened.UnverifiedSigs))
	}
	at, err := torchwood.CosignatureTimestamp(opened.Sigs[1])
	if err != nil {
		return answer{}, err
	}
	checkpoint, err := torchwood.ParseCheckpoint(opened.Text)
	if err != nil {
		return answer{}, err
	}
	if err := m.checkProofs(); err != nil {
		return answer{}, err
	}
	read, err := m.checkTiles(checkpoint.Tree)
	if err != nil {
		return answer{}, err
	}
	cosigned, err := note.Sign(&note.Note{Text: opened.Text}, witness)
	return answer{witness.Verifier().String(), string(cosigned), at, read, len(m.Entries)}, err
}

func (m made) checkProofs() error {
	for _, one := range m.Inclusions {
		record := tlog.RecordHash(m.Entries[one.Index])
		if err := tlog.CheckRecord(hashes(one.Proof), one.Size, tlog.Hash(one.Root), one.Index, record); err != nil {
			return fmt.Errorf("inclusion of %d in %d: %w", one.Index, one.Size, err)
		}
	}
	for _, one := range m.Consistencies {
		proof := tlog.TreeProof(hashes(one.Proof))
		if err := tlog.CheckTree(proof, one.To, tlog.Hash(one.ToRoot), one.From, tlog.Hash(one.FromRoot)); err != nil {
			return fmt.Errorf("consistency from %d to %d: %w", one.From, one.To, err)
		}
	}
	return nil
}

func hashes(sent [][]byte) []tlog.Hash {
	var all []tlog.Hash
	for _, bytes := range sent {
		all = append(all, tlog.Hash(bytes))
	}
	return all
}

// servedTiles answers from the files that were sent, and counts those that the checkpoint confirmed.
type servedTiles struct {
	files map[string][]byte
	saved map[string]bool
}

func (s servedTiles) Height() int { return torchwood.TileHeight }

func (s servedTiles) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var all [][]byte
	for _, tile := range tiles {
		content, ok := s.files[torchwood.TilePath(tile)]
		if !ok {
			return nil, fmt.Errorf("there is no %s", torchwood.TilePath(tile))
		}
		all = append(all, content)
	}
	return all, nil
}

func (s servedTiles) SaveTiles(tiles []tlog.Tile, _ [][]byte) {
	for _, tile := range tiles {
		s.saved[torchwood.TilePath(tile)] = true
	}
}

// checkTiles reads every entry from the bundles, and every leaf through tiles that lead to the checkpoint's root.
func (m made) checkTiles(tree tlog.Tree) (int, error) {
	served := servedTiles{m.Tiles, map[string]bool{}}
	reader := tlog.TileHashReader(tree, served)
	var rest []byte
	for n := int64(0); n < tree.N; n++ {
		if n%torchwood.TileWidth == 0 {
			width := min(torchwood.TileWidth, tree.N-n)
			bundles, err := served.ReadTiles([]tlog.Tile{{H: torchwood.TileHeight, L: -1, N: n / torchwood.TileWidth, W: int(width)}})
			if err != nil {
				return 0, err
			}
			rest = bundles[0]
		}
		entry, after, err := torchwood.ReadTileEntry(rest)
		if err != nil {
			return 0, err
		}
		rest = after
		leaves, err := reader.ReadHashes([]int64{tlog.StoredHashIndex(0, n)})
		if err != nil {
			return 0, err
		}
		if leaves[0] != tlog.RecordHash(entry) {
			return 0, fmt.Errorf("entry %d in its bundle is not the leaf in its tile", n)
		}
	}
	return len(served.saved), nil
}
