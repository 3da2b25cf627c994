using System;
using System.IO;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;

/// <summary>
/// Writes a copy of libLibTorchSharp.so that loads with an older libstdc++; README.md beside this file says why and how.
/// MSBuild compiles this file when it needs it (RoslynCodeTaskFactory), against .NET Standard 2.0.
/// </summary>
public sealed class PatchLibStdCxxImport : Task
{
    private const string Import = "_ZSt21ios_base_library_initv", ImportVersion = "GLIBCXX_3.4.32";
    private const string Substitute = "_ZSt15get_new_handlerv", SubstituteVersion = "GLIBCXX_3.4.20";

    /// <summary>The library of the package; it is only read.</summary>
    [Required]
    public string Source { get; set; }

    /// <summary>Where the patched copy goes; no such file is left where none is needed.</summary>
    [Required]
    public string Destination { get; set; }

    /// <summary>The SHA-256 of the one file that may be patched, in lower-case hexadecimal digits.</summary>
    [Required]
    public string KnownSha256 { get; set; }

    /// <summary>"auto" patches where this machine's libstdc++ needs it; "always" and "never" do not ask it.</summary>
    [Required]
    public string Mode { get; set; }

    /// <inheritdoc />
    public override bool Execute()
    {
        File.Delete(Destination); // never written through: it may be a hard link
        if (Mode != "auto" && Mode != "always" && Mode != "never")
        {
            Log.LogError("LibStdCxxPatch is '{0}'; it may be auto, always or never.", Mode);
            return false;
        }
        if (Mode == "never" || (Mode == "auto" && LibStdCxxHasImport()))
            return true;

        var image = File.ReadAllBytes(Source);
        if (Sha256(image) != KnownSha256)
        {
            Log.LogError(
                "This machine's libstdc++.so.6 lacks {0}, and {1} is not the file this build knows how to patch (its SHA-256 is {2}, " +
                "not {3}). Install the libstdc++ of GCC 13.2 or newer: Ubuntu 24.04 and Debian 13 have it. On Debian 12, taking " +
                "libstdc++6 from trixie also upgrades libc6, dpkg and base-files, so decide that yourself.",
                ImportVersion, Source, Sha256(image), KnownSha256);
            return false;
        }

        new ElfImports(image).Redirect(Import, ImportVersion, Substitute, SubstituteVersion);
        File.WriteAllBytes(Destination + ".new", image);
        File.Move(Destination + ".new", Destination);
        Log.LogMessage(MessageImportance.Normal, "libstdc++.so.6 lacks {0}: patched a copy of libLibTorchSharp.so.", ImportVersion);
        return true;
    }

    /// <summary>Asks the dynamic loader itself, so that the answer is about the library that a program would get.</summary>
    private static bool LibStdCxxHasImport()
    {
        const int lazy = 1;
        var library = dlopen("libstdc++.so.6", lazy);
        return library != IntPtr.Zero && dlvsym(library, Import, ImportVersion) != IntPtr.Zero;
    }

    private static string Sha256(byte[] bytes)
    {
        using (var sha = SHA256.Create())
            return BitConverter.ToString(sha.ComputeHash(bytes)).Replace("-", "").ToLowerInvariant();
    }

    [DllImport("libc.so.6")]
    private static extern IntPtr dlopen(string file, int mode);

    [DllImport("libc.so.6")]
    private static extern IntPtr dlvsym(IntPtr library, string symbol, string version);

    /// <summary>The imported symbols and versions of a 64-bit little-endian ELF image, changed in place.</summary>
    private sealed class ElfImports
    {
        private const uint DynamicSymbols = 11, SymbolVersions = 0x6fffffff, NeededVersions = 0x6ffffffe; // section types
        private const int SymbolSize = 24, UndefinedSection = 0;

        private readonly byte[] _image;
        private readonly int _symbols, _symbolCount, _strings, _versions, _needed;

        public ElfImports(byte[] image)
        {
            _image = image;
            Require(UInt32(0) == 0x464c457f && image[4] == 2 && image[5] == 1, "a 64-bit little-endian ELF file");

            var symbols = Section(DynamicSymbols);
            _symbols = Offset(symbols + 0x18);
            _symbolCount = Offset(symbols + 0x20) / SymbolSize;
            _strings = Offset(SectionHeader((int)UInt32(symbols + 0x28)) + 0x18);
            _versions = Offset(Section(SymbolVersions) + 0x18);
            _needed = Offset(Section(NeededVersions) + 0x18);
        }

        /// <summary>Makes the import of one function of one version an import of another, whose version is imported already.</summary>
        public void Redirect(string import, string version, string substitute, string substituteVersion)
        {
            var from = NeededVersion(version);
            var to = NeededVersion(substituteVersion);
            var symbol = OnlyImportOf(UInt16(from + 6));
            Require(Name(symbol) == import, "a file whose only import of " + version + " is " + import);
            Require(UInt16(symbol + 6) == UndefinedSection, "a file that imports " + import);
            Require(substitute.Length <= import.Length, "a substitute with a name no longer than the import's");
            RequireNameIsNotShared(symbol, import.Length);

            // The name, in its own place, padded with zeros; no hash table to mend, since those list only defined symbols.
            Array.Clear(_image, NameOffset(symbol), import.Length);
            Encoding.ASCII.GetBytes(substitute, 0, substitute.Length, _image, NameOffset(symbol));

            // The entry for the old version becomes a second one for the substitute's: the same hash (at 0) and name (at 8).
            Array.Copy(_image, to, _image, from, 4);
            Array.Copy(_image, to + 8, _image, from + 8, 4);
        }

        private int SectionHeader(int index) => Offset(0x28) + index * UInt16(0x3a);

        private int Section(uint type)
        {
            for (var index = 0; index < UInt16(0x3c); index++)
                if (UInt32(SectionHeader(index) + 4) == type)
                    return SectionHeader(index);
            throw new InvalidDataException("There is no section of type " + type.ToString("x") + ".");
        }

        /// <summary>Walks the chain of libraries, and in each the chain of its versions, to the entry with this name.</summary>
        private int NeededVersion(string version)
        {
            for (int library = _needed, next = -1; next != 0; library += next)
            {
                next = (int)UInt32(library + 12);
                for (int entry = library + (int)UInt32(library + 8), step = -1; step != 0; entry += step)
                {
                    step = (int)UInt32(entry + 12);
                    if (Text(_strings + (int)UInt32(entry + 8)) == version)
                        return entry;
                }
            }
            throw new InvalidDataException("The file imports nothing of version " + version + ".");
        }

        private int OnlyImportOf(int versionIndex)
        {
            var found = 0;
            for (var index = 0; index < _symbolCount; index++)
                if (UInt16(_versions + 2 * index) == versionIndex)
                {
                    Require(found == 0, "a file with one import of that version");
                    found = _symbols + SymbolSize * index;
                }
            Require(found != 0, "a file with an import of that version");
            return found;
        }

        /// <summary>Linkers let a name end inside a longer one; such a name would change too.</summary>
        private void RequireNameIsNotShared(int symbol, int length)
        {
            for (var other = _symbols; other < _symbols + SymbolSize * _symbolCount; other += SymbolSize)
                Require(other == symbol || NameOffset(other) < NameOffset(symbol) || NameOffset(other) > NameOffset(symbol) + length,
                    "a file whose other symbols have names of their own");
        }

        private int NameOffset(int symbol) => _strings + (int)UInt32(symbol);

        private string Name(int symbol) => Text(NameOffset(symbol));

        private string Text(int offset) => Encoding.ASCII.GetString(_image, offset, Array.IndexOf(_image, (byte)0, offset) - offset);

        private ushort UInt16(int offset) => BitConverter.ToUInt16(_image, offset);

        private uint UInt32(int offset) => BitConverter.ToUInt32(_image, offset);

        private int Offset(int offset) => checked((int)BitConverter.ToUInt64(_image, offset));

        private static void Require(bool condition, string what)
        {
            if (!condition)
                throw new InvalidDataException("Expected " + what + ".");
        }
    }
}
