"""What huggingface/tokenizers makes of tokenizers with random normalizers, pre-tokenizers, decoders, post-processors and added tokens.

usage: python3 tools/golden/tokenizer_variants.py SEED COUNT tests/Cohort.Tests/Golden/tokenizers
needs tokenizers; written with 0.23.1. Reads gpt2_style and llama2_style there and writes variants.json: [{name, tokenizer, cases}].
Left out: tokens that are special and normalized, which version 0.23.1 leaves in decoded text.
"""
import json, random, sys
from tokenizers import Tokenizer
random.seed(int(sys.argv[1]))
def bpe(vocab,merges,**k):
    m={"type":"BPE","dropout":None,"unk_token":None,"continuing_subword_prefix":None,"end_of_word_suffix":None,"fuse_unk":False,"byte_fallback":False,"ignore_merges":False,"vocab":vocab,"merges":merges}; m.update(k); return m
G=json.load(open(sys.argv[3]+"/gpt2_style/tokenizer.json")); L=json.load(open(sys.argv[3]+"/llama2_style/tokenizer.json"))
alpha=list("abcdeABsSkK'tl 12 ▁_.,!\n\t\r<x>$é漢😀𝐀𐍈ſKİßΣ²½Ⓐ🄰\u0301\u0323\u00a0\u3000ﬁÅ각ᄀ\u1161\u11a8") + ["<x>","<y>"," <x> ","</s>","Ab","the "," the","'s","'S","'ſ","123","\n\n","  "]
words=["hello","world","It's","don't","1234567","naïve","😀😀","漢字","ſ's","I'LL"]
def text():
    k=random.random()
    if k<0.1: return "".join(chr(c) for c in (random.choice([random.randint(32,0x2ff),random.randint(0x300,0x36f),random.randint(0x370,0xd7ff),random.randint(0xe000,0xfffd),random.randint(0x10000,0x1ffff)]) for _ in range(random.randint(1,15))))
    return "".join(random.choice(alpha+words) for _ in range(random.randint(0,25)))
def tiny(prefix="",suffix=""):
    chars=list("abcdeABsk't12▁._<x>éĠ ")
    vocab={}
    def add(t): vocab.setdefault(t,len(vocab))
    for c in chars:
        for p in {"",prefix}:
            for s in {"",suffix}:
                add(p+c+s)
    add("<unk>")
    merges=[]
    toks=list(vocab)
    for _ in range(40):
        toks=list(vocab)
        a,b=random.choice(toks),random.choice(toks)
        if "<unk>" in (a,b): continue
        if prefix:
            if not b.startswith(prefix) or len(b)<=len(prefix): continue
        new=a+b[len(prefix):]
        if len(new)>6: continue
        add(new)
        if [a,b] not in merges: merges.append([a,b])
    if random.random()<0.3: 
        for b in range(256): add(f"<0x{b:02X}>")
    return vocab,merges
def at(c,**k):
    d={"id":0,"content":c,"single_word":False,"lstrip":False,"rstrip":False,"normalized":False,"special":True}; d.update(k); return d
RX=[r"\s+",r"\w+|[^\w\s]+",r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?+\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]++[\r\n]*|\s*[\r\n]|\s+(?!\S)|\s+",
 r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+",
 r"\p{N}",r"[a-c]+",r"\d{1,3}(?=(?:\d{3})*\b)",r"'(?:[sdmt]|ll|ve|re)| ?\p{L}+",r"^a|b$",r"(?i)ab|S",r"[\s\d]",r"\S+\s?",r"a?",r"\p{M}+|[\p{P}\p{S}]",r"[^\s]+$",r"\h+",r".",r"(?m:.+)",r"\p{^L}+",r"\P{L}",r"\W+",r"\b",r"[\w.]+",r"(a|b)+?1",r"\x{301}|\u0323",r"\p{Letter}\p{l}",r"k",r"(?i:k)",r"\R",r"[]<]",r"[^]<]",r"a{,2}b",r"\p{N}{1,2}+",r"[+\-*/]|[a-]"]
BAD=[r"\p{Han}",r"[a&&b]",r"[[:alpha:]]",r"[a[b]]",r"\K",r"\X",r"(?<n>a)",r"(?x: a)",r"a{2}?",r"a**","😀"]
def pat(): return {"Regex":random.choice(RX)} if random.random()<0.7 else {"String":random.choice(["a"," ","▁","ab","'",".","$1"])}
def norm(d=0):
    k=random.choice(["NFC","NFD","NFKC","NFKD","Lowercase","Strip","Replace","Prepend","Sequence"] if d==0 else ["NFC","NFKC","Lowercase","Strip","Replace","Prepend","NFD"])
    if k=="Strip": return {"type":k,"strip_left":random.random()<.5,"strip_right":random.random()<.5}
    if k=="Replace": return {"type":k,"pattern":pat(),"content":random.choice(["▁","","xy","a"])}
    if k=="Prepend": return {"type":k,"prepend":random.choice(["▁"," ","ab"])}
    if k=="Sequence": return {"type":k,"normalizers":[norm(1) for _ in range(random.randint(0,3))]}
    return {"type":k}
def pre(d=0):
    k=random.choice(["ByteLevel","Split","Split","Metaspace","Digits","Punctuation","Whitespace","WhitespaceSplit"]+(["Sequence"]*3 if d==0 else []))
    if k=="ByteLevel": return {"type":k,"add_prefix_space":random.random()<.5,"trim_offsets":True,"use_regex":random.random()<.5}
    if k=="Split": return {"type":k,"pattern":pat(),"behavior":random.choice(["Removed","Isolated","MergedWithPrevious","MergedWithNext","Contiguous"]),"invert":random.random()<.3}
    if k=="Metaspace": 
        s=random.choice(["always","first","never",None])
        o={"type":k,"replacement":random.choice("▁_")}
        if s: o["prepend_scheme"]=s; o["split"]=random.random()<.6
        else: o["add_prefix_space"]=random.random()<.5
        return o
    if k=="Digits": return {"type":k,"individual_digits":random.random()<.5}
    if k=="Punctuation": return {"type":k,"behavior":random.choice(["Removed","Isolated","MergedWithPrevious","MergedWithNext","Contiguous"])}
    if k=="Sequence": return {"type":k,"pretokenizers":[pre(1) for _ in range(random.randint(0,3))]}
    return {"type":k}
def dec(d=0):
    k=random.choice(["ByteLevel","Metaspace","ByteFallback","Fuse","Strip","Replace","BPEDecoder"]+(["Sequence"]*6 if d==0 else []))
    if k=="Metaspace": return {"type":k,"replacement":"▁","prepend_scheme":random.choice(["always","first","never"]),"split":True}
    if k=="Strip": return {"type":k,"content":random.choice([" ","a","▁"]),"start":random.randint(0,2),"stop":random.randint(0,2)}
    if k=="Replace": return {"type":k,"pattern":{"String":random.choice(["▁"," ","ab"])},"content":random.choice([" ","","x"])}
    if k=="BPEDecoder": return {"type":k,"suffix":random.choice(["</w>","a"])}
    if k=="ByteLevel": return {"type":k,"add_prefix_space":True,"trim_offsets":True,"use_regex":True}
    if k=="Sequence": return {"type":k,"decoders":[dec(1) for _ in range(random.randint(0,4))]}
    return {"type":k}
def post():
    k=random.random()
    t={"type":"TemplateProcessing","single":[{"SpecialToken":{"id":"<x>","type_id":0}},{"Sequence":{"id":"A","type_id":0}}]+([{"SpecialToken":{"id":"<y>","type_id":0}}] if random.random()<.5 else []),"pair":[{"Sequence":{"id":"A","type_id":0}},{"Sequence":{"id":"B","type_id":0}}],"special_tokens":{"<x>":{"id":"<x>","ids":[3,4],"tokens":["c","d"]},"<y>":{"id":"<y>","ids":[5],"tokens":["e"]}}}
    b={"type":"ByteLevel","add_prefix_space":True,"trim_offsets":False,"use_regex":True}
    if k<.4: return None
    if k<.6: return t
    if k<.7: return {"type":"Sequence","processors":[b,t]}
    if k<.8: return {"type":"RobertaProcessing","sep":["a",0],"cls":["b",1],"trim_offsets":True,"add_prefix_space":True}
    if k<.9: return {"type":"BertProcessing","sep":["a",0],"cls":["b",1]}
    return b
out=[]
n=int(sys.argv[2])
err=0
for i in range(n):
    kind=random.random()
    if kind<0.25: j=json.loads(json.dumps(G))
    elif kind<0.45: j=json.loads(json.dumps(L))
    else:
        pre_,suf=random.choice([("",""),("",""),("",""),("_",""),("","</w>"),("_","</w>")])
        v,m=tiny(pre_,suf)
        j={"version":"1.0","truncation":None,"padding":None,"added_tokens":[],"normalizer":None,"pre_tokenizer":None,"post_processor":None,"decoder":None,
           "model":bpe(v,m if random.random()<.5 else [" ".join(x) for x in m if " " not in "".join(x)],unk_token=random.choice([None,"<unk>"]),fuse_unk=random.random()<.5,byte_fallback=random.random()<.5,ignore_merges=random.random()<.3,continuing_subword_prefix=pre_ or None,end_of_word_suffix=suf or None)}
    if random.random()<.7: j["normalizer"]=norm() if random.random()<.8 else None
    if random.random()<.7: j["pre_tokenizer"]=pre() if random.random()<.9 else None
    if random.random()<.7: j["decoder"]=dec() if random.random()<.9 else None
    if random.random()<.7: j["post_processor"]=post()
    if random.random()<.8: j["added_tokens"]=j["added_tokens"]+[at(c,single_word=random.random()<.2,lstrip=random.random()<.3,rstrip=random.random()<.3,normalized=random.random()<.3,special=random.random()<.5) for c in random.sample(["<x>","<y>","ab","Ab","<x","the","\n\n","'S","a b","漢","</s>"],random.randint(0,5))]
    if any(a["normalized"] and a["special"] for a in j["added_tokens"]): continue
    try: t=Tokenizer.from_str(json.dumps(j))
    except BaseException as e: err+=1; continue
    cases=[]
    for _ in range(12):
        s=text()
        try: a=t.encode(s).ids; b=t.encode(s,add_special_tokens=False).ids
        except BaseException as e: continue
        try: cases.append({"text":s,"ids":a,"ids_without_special":b,"decoded_skip_special":t.decode(a),"decoded_keep_special":t.decode(a,skip_special_tokens=False)})
        except BaseException as e: continue
    out.append({"name":f"{i} n={json.dumps(j['normalizer'],ensure_ascii=False)} p={json.dumps(j['pre_tokenizer'],ensure_ascii=False)} d={json.dumps(j['decoder'],ensure_ascii=False)} add={[(x['content'],[k for k in x if x[k] is True]) for x in j['added_tokens']][:9]} m={ {k:v for k,v in j['model'].items() if k not in('vocab','merges')} }","tokenizer":j,"cases":cases})
json.dump(out,open(sys.argv[3]+"/variants.json","w"),ensure_ascii=False,separators=(",",":"))
print(len(out),"err",err)
