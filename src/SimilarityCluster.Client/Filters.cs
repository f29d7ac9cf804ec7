using SimilarityCluster.Contracts;
using SimilarityCluster.Contracts.V1;

namespace SimilarityCluster.Client;

/// <summary>
/// Makes filters, to be joined by <c>&amp;</c>, <c>|</c> and <c>!</c>:
/// <c>Filters.Equal("label", "cat") &amp; !Filters.Exists("gone")</c>.
/// </summary>
/// <remarks>
/// No condition holds for a record without the field, or with another type there; so <c>!</c> of it does.
/// Limits are the server's to check: it names the part that is malformed.
/// </remarks>
public static class Filters
{
#pragma warning disable CA1034 // An extension block is no nested type.
#pragma warning disable CA2225 // All, Any and the field `not` are the other way to say it.
    extension(Filter)
    {
        /// <summary>Both hold.</summary>
        /// <param name="left">The one.</param>
        /// <param name="right">The other.</param>
        /// <returns>A filter that is flat where the left one joins others so.</returns>
        public static Filter operator &(Filter left, Filter right)
        {
            ArgumentNullException.ThrowIfNull(left);
            return IsOpen(left.AllOf) ? All([.. left.AllOf.Filters, right]) : All(left, right);
        }

        /// <summary>One of them holds, or both.</summary>
        /// <param name="left">The one.</param>
        /// <param name="right">The other.</param>
        /// <returns>A filter that is flat where the left one joins others so.</returns>
        public static Filter operator |(Filter left, Filter right)
        {
            ArgumentNullException.ThrowIfNull(left);
            return IsOpen(left.AnyOf) ? Any([.. left.AnyOf.Filters, right]) : Any(left, right);
        }

        /// <summary>It does not hold.</summary>
        /// <param name="filter">The filter.</param>
        /// <returns>Its opposite.</returns>
        public static Filter operator !(Filter filter) => new() { Not = filter };
    }
#pragma warning restore CA2225, CA1034

    /// <summary>Every one of them holds.</summary>
    /// <param name="filters">1 to 256.</param>
    /// <returns>The filter.</returns>
    public static Filter All(params IEnumerable<Filter> filters) => new() { AllOf = ListOf(filters) };

    /// <summary>At least one of them holds.</summary>
    /// <param name="filters">1 to 256.</param>
    /// <returns>The filter.</returns>
    public static Filter Any(params IEnumerable<Filter> filters) => new() { AnyOf = ListOf(filters) };

    /// <summary>A field has that value.</summary>
    /// <param name="field">1 to 128 bytes of UTF-8.</param>
    /// <param name="value">The value.</param>
    /// <returns>The filter.</returns>
    public static Filter Equal(string field, FilterValue value)
    {
        ArgumentNullException.ThrowIfNull(value);
        return new() { Equals_ = new() { Field = field, Value = value.Message } };
    }

    /// <summary>A field has one of several values.</summary>
    /// <param name="field">1 to 128 bytes of UTF-8.</param>
    /// <param name="values">1 to 1,024, of any types.</param>
    /// <returns>The filter.</returns>
    public static Filter In(string field, params IEnumerable<FilterValue> values) =>
        new() { In = new() { Field = field, Values = { values.Select(value => value.Message) } } };

    /// <summary>A field is between bounds; give at least one, and at most one of each side.</summary>
    /// <param name="field">1 to 128 bytes of UTF-8.</param>
    /// <param name="above">The field is larger.</param>
    /// <param name="atLeast">The field is larger, or equal.</param>
    /// <param name="below">The field is smaller.</param>
    /// <param name="atMost">The field is smaller, or equal.</param>
    /// <returns>The filter.</returns>
    public static Filter Range(
        string field,
        FilterValue? above = null,
        FilterValue? atLeast = null,
        FilterValue? below = null,
        FilterValue? atMost = null) => new()
        {
            Range = new()
            {
                Field = field,
                Above = above?.Message,
                AtLeast = atLeast?.Message,
                Below = below?.Message,
                AtMost = atMost?.Message,
            },
        };

    /// <summary>A field is there, whatever it holds.</summary>
    /// <param name="field">1 to 128 bytes of UTF-8.</param>
    /// <returns>The filter.</returns>
    public static Filter Exists(string field) => new() { Exists = new() { Field = field } };

    /// <summary>A field is a list that has that string.</summary>
    /// <param name="field">1 to 128 bytes of UTF-8.</param>
    /// <param name="value">The string.</param>
    /// <returns>The filter.</returns>
    public static Filter Contains(string field, string value) =>
        new() { Contains = new() { Field = field, Value = value } };

    /// <summary>A field is a string that begins so.</summary>
    /// <param name="field">1 to 128 bytes of UTF-8.</param>
    /// <param name="prefix">At least 1 character; compared by its UTF-8 bytes.</param>
    /// <returns>The filter.</returns>
    public static Filter StartsWith(string field, string prefix) =>
        new() { StartsWith = new() { Field = field, Prefix = prefix } };

    // What fits a list is joined flat: a chain of operators shall not meet the limit on depth.
    private static bool IsOpen(FilterList? list) => list?.Filters.Count < WireLimits.MaxFilterList;

    private static FilterList ListOf(IEnumerable<Filter> filters) => new() { Filters = { filters } };
}
