// Check a log's files with the code that checks Go's own module log (golang.org/x/mod/sumdb), which is not ours.
//
// usage: check FOLDER KEY SIZE...
//
// For every size FOLDER/checkpoint-SIZE must be signed by KEY and FOLDER/tile/... must have its root; entries, inclusion
// and consistency with every size before are proven from the tiles and checked.
package main

import (
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

type files struct{ folder string }

func (f files) Height() int { return 8 }

func (f files) SaveTiles([]tlog.Tile, [][]byte) {}

func (f files) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var found [][]byte
	for _, tile := range tiles {
		// Go writes tile/8/LEVEL/..., ours has the height fixed.
		path := "tile/" + strings.TrimPrefix(tile.Path(), "tile/8/")
		data, err := os.ReadFile(filepath.Join(f.folder, path))
		if err != nil {
			return nil, err
		}
		found = append(found, data)
	}
	return found, nil
}

func (f files) entry(index, size int64) ([]byte, error) {
	number, width := index/256, int64(256)
	if rest := size - number*256; rest < width {
		width = rest
	}
	tile := tlog.Tile{H: 8, L: 0, N: number, W: int(width)}
	data, err := os.ReadFile(filepath.Join(f.folder, "tile/entries/"+strings.TrimPrefix(tile.Path(), "tile/8/0/")))
	if err != nil {
		return nil, err
	}
	for skip := index % 256; ; skip-- {
		length := int(binary.BigEndian.Uint16(data))
		if skip == 0 {
			return data[2 : 2+length], nil
		}
		data = data[2+length:]
	}
}

func opened(folder string, size int64, verifier note.Verifier) (tlog.Tree, error) {
	data, err := os.ReadFile(filepath.Join(folder, fmt.Sprintf("checkpoint-%d", size)))
	if err != nil {
		return tlog.Tree{}, err
	}
	checked, err := note.Open(data, note.VerifierList(verifier))
	if err != nil {
		return tlog.Tree{}, err
	}
	lines := strings.Split(checked.Text, "\n")
	if len(lines) != 4 || lines[0] != verifier.Name() {
		return tlog.Tree{}, fmt.Errorf("no checkpoint: %q", checked.Text)
	}
	n, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil || n != size {
		return tlog.Tree{}, fmt.Errorf("size %q", lines[1])
	}
	root, err := base64.StdEncoding.DecodeString(lines[2])
	if err != nil || len(root) != 32 {
		return tlog.Tree{}, fmt.Errorf("root %q", lines[2])
	}
	tree := tlog.Tree{N: n}
	copy(tree.Hash[:], root)
	return tree, nil
}

func check(folder string, size int64, verifier note.Verifier, before []tlog.Tree) (tlog.Tree, error) {
	tree, err := opened(folder, size, verifier)
	if err != nil || size == 0 {
		return tree, err
	}
	reader := tlog.TileHashReader(tree, files{folder})
	for _, index := range []int64{0, size / 3, size / 2, size - 1} {
		entry, err := files{folder}.entry(index, size)
		if err != nil {
			return tree, err
		}
		proof, err := tlog.ProveRecord(size, index, reader)
		if err != nil {
			return tree, err
		}
		if err := tlog.CheckRecord(proof, size, tree.Hash, index, tlog.RecordHash(entry)); err != nil {
			return tree, err
		}
	}
	for _, old := range before {
		if old.N == 0 {
			continue
		}
		proof, err := tlog.ProveTree(size, old.N, reader)
		if err != nil {
			return tree, err
		}
		if err := tlog.CheckTree(proof, size, tree.Hash, old.N, old.Hash); err != nil {
			return tree, err
		}
	}
	return tree, nil
}

func main() {
	verifier, err := note.NewVerifier(os.Args[2])
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	var before []tlog.Tree
	for _, text := range os.Args[3:] {
		size, err := strconv.ParseInt(text, 10, 64)
		if err == nil {
			var tree tlog.Tree
			some := before
			if len(some) > 8 {
				some = some[len(some)-8:]
			}
			tree, err = check(os.Args[1], size, verifier, some)
			before = append(before, tree)
		}
		if err != nil {
			fmt.Printf("%s: %v\n", text, err)
			os.Exit(1)
		}
	}
	fmt.Printf("%d sizes hold\n", len(before))
}
