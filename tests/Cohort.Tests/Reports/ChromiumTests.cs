namespace Cohort.Tests.Reports;

/// <summary>Tests of pages in one browser.</summary>
[CollectionDefinition(Chromium.Tests)]
public sealed class ChromiumTests : ICollectionFixture<Chromium>;
