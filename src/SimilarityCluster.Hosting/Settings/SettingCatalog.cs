using System.Collections;
using System.Globalization;
using System.Reflection;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace SimilarityCluster.Hosting.Settings;

/// <summary>Every setting that a process knows, so that a misspelt one is an error, not a default.</summary>
/// <param name="root">The options bound from the root of the configuration.</param>
/// <param name="sections">The options bound from sections; a section may be shared by several.</param>
internal sealed class SettingCatalog(Type root, params (string Section, Type Options)[] sections)
{
    /// <summary>Says whether there is a setting of that name.</summary>
    /// <param name="key">For instance <c>Storage:Directory</c> or <c>Embedding:Workers:0</c>.</param>
    /// <returns>Null when there is, else what is wrong.</returns>
    public string? ProblemWith(string key)
    {
        if (key.StartsWith("Logging:", StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }

        var path = key.Split(':');
        List<Type> types = [root];
        for (var depth = 0; depth < path.Length; depth++)
        {
            var properties = types.SelectMany(SettableOf).ToList();
            var found = properties
                .FindAll(property => Same(property.Name, path[depth]))
                .ConvertAll(property => property.PropertyType);
            if (depth == 0)
            {
                found.AddRange(sections
                    .Where(section => Same(section.Section, path[0]))
                    .Select(section => section.Options));
            }

            if (found.Count == 0)
            {
                return Unknown(key, path[..depth], properties);
            }

            if (found.TrueForAll(IsValue))
            {
                return depth == path.Length - 1 ? null : Unknown(key, path[..(depth + 1)], []);
            }

            if (found.Exists(IsList))
            {
                return depth == path.Length - 2 && int.TryParse(
                    path[^1], NumberStyles.None, CultureInfo.InvariantCulture, out _)
                    ? null
                    : $"'{key}' is no setting: {string.Join(':', path[..(depth + 1)])} is a list, "
                        + $"give its entries as {string.Join(':', path[..(depth + 1)])}:0 and so on.";
            }

            types = found;
        }

        return $"'{key}' is no setting but a section.";
    }

    /// <summary>Checks names that were all meant for this process.</summary>
    /// <param name="keys">The names.</param>
    /// <exception cref="SettingsException">There is no setting of such a name.</exception>
    public void CheckNames(IEnumerable<string> keys)
    {
        var problems = keys.Select(ProblemWith).OfType<string>().ToList();
        if (problems.Count > 0)
        {
            throw new SettingsException(string.Join('\n', problems));
        }
    }

    /// <summary>Checks that every setting of the known sections has a name and a value that fit.</summary>
    /// <param name="configuration">All that was given.</param>
    /// <exception cref="SettingsException">A setting is not known, or its value cannot be read.</exception>
    public void Check(IConfiguration configuration)
    {
        var known = SettableOf(root)
            .Select(property => property.Name)
            .Concat(sections.Select(section => section.Section));
        CheckNames(known.Distinct(StringComparer.OrdinalIgnoreCase)
            .SelectMany(name => LeavesOf(configuration.GetSection(name)))
            .Select(leaf => leaf.Path));
        Read(configuration, root);
        foreach (var (section, options) in sections)
        {
            Read(configuration.GetSection(section), options);
        }
    }

    /// <summary>Reads and checks the options bound from the root.</summary>
    /// <typeparam name="TOptions">Their type.</typeparam>
    /// <param name="configuration">All that was given.</param>
    /// <param name="validator">Checks them.</param>
    /// <returns>The options.</returns>
    /// <exception cref="SettingsException">A setting is unknown, unreadable, or breaks a rule.</exception>
    public TOptions Read<TOptions>(IConfiguration configuration, IValidateOptions<TOptions> validator)
        where TOptions : class, new()
    {
        Check(configuration);
        var options = configuration.Get<TOptions>() ?? new TOptions();
        var result = validator.Validate(name: null, options);
        return result.Failed ? throw new SettingsException(string.Join('\n', result.Failures)) : options;
    }

    private static void Read(IConfiguration section, Type options)
    {
        try
        {
            section.Get(options);
        }
        catch (InvalidOperationException unreadable)
        {
            // The binder's message names the key, the value and the type.
            throw new SettingsException(unreadable.Message, unreadable);
        }
    }

    private static IEnumerable<IConfigurationSection> LeavesOf(IConfigurationSection section)
    {
        var children = section.GetChildren().ToList();
        return children.Count > 0 ? children.SelectMany(LeavesOf) : section.Value is null ? [] : [section];
    }

    private static IEnumerable<PropertyInfo> SettableOf(Type type) =>
        type.GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Where(property => property.CanWrite || IsList(property.PropertyType));

    private static bool IsList(Type type) =>
        type != typeof(string) && type.IsAssignableTo(typeof(IEnumerable));

    private static bool IsValue(Type type) =>
        !IsList(type)
        && (type.IsValueType
            || type == typeof(string)
            || type == typeof(Uri)
            || Same(type.Namespace ?? string.Empty, nameof(System)));

    private static bool Same(string a, string b) => string.Equals(a, b, StringComparison.OrdinalIgnoreCase);

    private string Unknown(string key, string[] parent, List<PropertyInfo> siblings)
    {
        var names = siblings.Select(property => property.Name);
        if (parent.Length == 0)
        {
            names = names.Concat(sections.Select(section => section.Section));
        }

        var expected = string.Join(
            ", ", names.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal));
        return parent.Length == 0
            ? $"'{key}' is no setting; expected one of {expected}."
            : $"'{key}' is no setting; "
                + $"{string.Join(':', parent)} has {(expected.Length > 0 ? expected : "no parts")}.";
    }
}
