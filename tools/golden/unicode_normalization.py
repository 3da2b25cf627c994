"""The tables of src/Cohort/Tokenization/unicode-normalization.txt.

usage: python3 tools/golden/unicode_normalization.py src/Cohort/Tokenization/unicode-normalization.txt
needs tokenizers; written with 0.23.1 under Python 3.14 (Unicode 16.0): Python's decompositions, as far as the library applies them.
"""
import sys
import unicodedata as u
from tokenizers import normalizers
nfd,nfkd,nfc=normalizers.NFD(),normalizers.NFKD(),normalizers.NFC()
out=["# Canonical combining classes (C first last class), canonical decompositions that composition undoes (P) and that it does not (D),",
"# and compatibility decompositions (K): code points in hexadecimal, as huggingface/tokenizers 0.23.1 knows them. Hangul syllables are computed."]
runs=[]
S=lambda c: 0xD800<=c<0xE000 or 0xAC00<=c<=0xD7A3
for c in range(0x110000):
    k=0 if S(c) else u.combining(chr(c))
    if k:
        if runs and runs[-1][2]==k and runs[-1][1]==c-1: runs[-1][1]=c
        else: runs.append([c,c,k])
out+=[f"C {a:X} {b:X} {k}" for a,b,k in runs]
for c in range(0x110000):
    if S(c): continue
    d=u.decomposition(chr(c)); 
    if not d: continue
    if d[0]=="<":
        if nfkd.normalize_str(chr(c))!=chr(c): out.append(f"K {c:X} "+" ".join(f"{int(x,16):X}" for x in d.split()[1:]))
    elif nfd.normalize_str(chr(c))!=chr(c):
        p=d.split(); out.append(f"{'P' if len(p)==2 and nfc.normalize_str(chr(c))==chr(c) else 'D'} {c:X} "+" ".join(f"{int(x,16):X}" for x in p))
open(sys.argv[1],"w").write("\n".join(out)+"\n")
print(len(out),sum(map(len,out)))
